import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The pages of the site, from the root of the repository. */
export const PAGES: readonly string[] = ['*.md', 'docs/**/*.md', 'charts/*/README.md'];

/** Links to what lies in the repository, without their anchors. Addresses elsewhere are not ours to keep alive. */
export const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;

/** Files and folders that pages link to and that are no pages. */
export function linkedFiles(root: string): readonly string[] {
  const linked = globSync([...PAGES], { cwd: root }).flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(LINK)].map(([, link = '']) => join(dirname(page), link)),
  );
  return [...new Set(linked)].filter((path) => isFile(root, path) || isFolderOfFiles(root, path)).toSorted();
}

function isFile(root: string, path: string): boolean {
  return !path.endsWith('.md') && existsSync(join(root, path)) && statSync(join(root, path)).isFile();
}

function isFolderOfFiles(root: string, path: string): boolean {
  return !path.startsWith('docs') && existsSync(join(root, path)) && statSync(join(root, path)).isDirectory();
}

/** The anchor of a heading, as GitHub makes it, so that a link leads to it here and there. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
