import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LINK, linkedFiles, PAGES } from './pages.ts';

/** Brings together what the site is built from: the pages, and as files to be handed out what they link to. */

const ROOT = join(import.meta.dirname, '..');
const TARGET = join(import.meta.dirname, 'pages');

rmSync(TARGET, { recursive: true, force: true });
for (const page of globSync([...PAGES], { cwd: ROOT })) {
  const target = join(TARGET, indexed(page));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(join(ROOT, page), 'utf8').replaceAll(LINK, indexed));
}
for (const file of linkedFiles(ROOT)) {
  const target = join(TARGET, 'public', file);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(ROOT, file), target, { recursive: true });
  list(target);
}

/** What GitHub shows for a folder, a site calls its index. */
function indexed(text: string): string {
  return text.replaceAll(/\bREADME\.md\b/g, 'index.md');
}

/** A folder is handed out as the list of what is in it, and so is every folder below. */
function list(path: string): void {
  if (!statSync(path).isDirectory()) return;
  const names = readdirSync(path);
  for (const name of names) list(join(path, name));
  const items = names.map((name) => `<li><a href="./${name}">${name}</a></li>`).join('\n');
  writeFileSync(join(path, 'index.html'), `<!doctype html>\n<meta charset="utf-8">\n<ul>\n${items}\n</ul>\n`);
}
