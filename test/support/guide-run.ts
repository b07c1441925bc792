import { expect } from 'vitest';
import { type GuideCommand, missingFrom } from './guide.ts';
import type { Shell, ShellResult } from './shell.ts';
import { until } from './until.ts';

const ISSUED = /logi_secret_[0-9a-f]+/g;

/**
 * Runs a command of a guide, and expects what the guide shows. What only looks is run until it shows it.
 *
 * @param here what the guide says, in the words of this test
 */
export async function comesOut(
  shell: Pick<Shell, 'run'>,
  { text, shown }: GuideCommand,
  here: (text: string) => string,
): Promise<void> {
  const command = here(text);
  const wanted = shown.map(here);
  const run = (): Promise<ShellResult> => shell.run(command);
  const isRight = ({ code, printed }: ShellResult): boolean =>
    (code === 0) !== shown.some((line) => line.startsWith('Error')) && missingFrom(printed, wanted).length === 0;
  const result = command.startsWith('kubectl get') ? await until(`$ ${text}`, run, isRight) : await run();
  expect(isRight(result), `$ ${text}\n${result.printed.replaceAll(ISSUED, 'logi_secret_…')}`).toBe(true);
}
