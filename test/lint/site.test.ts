import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { linkedFiles, PAGES } from '../../site/pages.ts';
import { SIDEBAR } from '../../site/sidebar.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Pages that others lead to, and nobody looks for beside the text. */
const UNLISTED = /^docs\/(?:providers|guarantees|adr)\/|^(?:SECURITY|CHANGELOG)\.md$/;

const LISTED = SIDEBAR.flatMap(({ items }) => items.map(({ link }) => pageOf(link)));

test('every page is listed beside the text, or known to be led to by others', () => {
  const pages = globSync([...PAGES], { cwd: ROOT }).filter((page) => !UNLISTED.test(page));
  expect(pages.filter((page) => !LISTED.includes(page))).toEqual([]);
});

test('what is listed is there, and once', () => {
  const pages = globSync([...PAGES], { cwd: ROOT });
  expect(LISTED.filter((page) => !pages.includes(page))).toEqual([]);
  expect(new Set(LISTED).size).toBe(LISTED.length);
});

test('files that pages link to are handed out with them', () => {
  const files = linkedFiles(ROOT);
  expect(files).toEqual(expect.arrayContaining(['deploy/samples/logto', 'deploy/gitops/argocd/health.lua']));
  expect(files.filter((file) => file.endsWith('.md'))).toEqual([]);
});

function pageOf(link: string): string {
  return link.endsWith('/') ? `${link.slice(1)}README.md` : `${link.slice(1)}.md`;
}
