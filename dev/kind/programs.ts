import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProgram } from '../program.ts';

/** What a cluster of kind takes, by the names that they have on the PATH. */
export const PROGRAMS = ['docker', 'kind', 'kubectl', 'helm'] as const;
type Program = (typeof PROGRAMS)[number];

/** Those of {@link PROGRAMS} that are in no folder of `path`. */
export async function missingPrograms(path: string): Promise<readonly Program[]> {
  const found = await Promise.all(PROGRAMS.map((program) => isIn(path.split(delimiter), program)));
  return PROGRAMS.filter((_, index) => found[index] === false);
}

/** What the program said on its standard output. @throws Error with its own words when it failed */
export async function told(program: Program, args: readonly string[], stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, args, { stdin });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

async function isIn(folders: readonly string[], program: Program): Promise<boolean> {
  const looks = folders.map((folder) => access(join(folder, program), constants.X_OK));
  return (await Promise.allSettled(looks)).some(({ status }) => status === 'fulfilled');
}
