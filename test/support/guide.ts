import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A command of a page, and what the page shows below it. */
export interface GuideCommand {
  /** As bash takes it; a here-document is part of it. */
  readonly text: string;
  /** Lines; `…` stands for anything. */
  readonly shown: readonly string[];
}

/** What stands below one heading. */
export interface GuideSection {
  readonly title: string;
  readonly commands: readonly GuideCommand[];
}

const ROOT = resolve(import.meta.dirname, '../..');

const HEADING = /^##? (.+)$/;
const PROMPT = '$ ';
const CONTINUED = '> ';

/** The sections of a page, named by its path, that have commands: what stands in ```console blocks, behind `$ `. */
export function sectionsOf(page: string): readonly GuideSection[] {
  const sections: { title: string; commands: GuideCommand[] }[] = [];
  let block: string[] | undefined;
  for (const line of readFileSync(join(ROOT, page), 'utf8').split('\n')) {
    const [, title] = (block === undefined && HEADING.exec(line)) || [];
    if (title !== undefined) sections.push({ title, commands: [] });
    else if (line === '```console') block = [];
    else if (line === '```' && block !== undefined) {
      sections.at(-1)?.commands.push(...commandsIn(block));
      block = undefined;
    } else block?.push(line);
  }
  return sections.filter(({ commands }) => commands.length > 0);
}

/** What is missing of `shown` in what a command printed, line by line and in order. */
export function missingFrom(printed: string, shown: readonly string[]): readonly string[] {
  const lines = printed.split('\n').map((line) => line.trim());
  let from = 0;
  return shown.filter((line) => {
    const pattern = patternOf(line);
    const at = lines.findIndex((each, index) => index >= from && pattern.test(each));
    if (at !== -1) from = at + 1;
    return at === -1;
  });
}

function commandsIn(block: readonly string[]): readonly GuideCommand[] {
  const commands: { text: string; shown: string[] }[] = [];
  for (const line of block) {
    const last = commands.at(-1);
    if (line.startsWith(PROMPT)) commands.push({ text: line.slice(PROMPT.length), shown: [] });
    else if (last === undefined) throw new Error(`no command comes before: ${line}`);
    else if (line.startsWith(CONTINUED)) last.text += `\n${line.slice(CONTINUED.length)}`;
    else last.shown.push(line);
  }
  return commands;
}

function patternOf(line: string): RegExp {
  const words = (part: string): string => part.trim().split(/\s+/).map(escaped).join('\\s+');
  return new RegExp(`^${line.trim().split('…').map(words).join('.*')}$`);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
