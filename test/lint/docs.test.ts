import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { OAuthApplicationSpec } from '../../src/api/application.ts';
import { ANNOTATIONS, API_VERSION, GROUP } from '../../src/api/names.ts';
import { OAuthProviderSpec } from '../../src/api/provider.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = [...globSync('*.md', { cwd: ROOT }), ...globSync('docs/**/*.md', { cwd: ROOT })];

const Package = z.object({ scripts: z.record(z.string(), z.string()) });
const Manifest = z.object({ apiVersion: z.string(), kind: z.string(), spec: z.unknown() });

/** Links to files, without their anchors. Addresses elsewhere are not ours to keep alive. */
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;

test.each(PAGES)('every link in %s leads to a file', (page) => {
  const links = [
    ...textOf(page)
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(LINK),
  ].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
});

test('every command that a page tells one to run is a script', () => {
  const { scripts } = Package.parse(JSON.parse(textOf('package.json')));
  const named = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\bnpm run ([a-z:]+)/g)].map(([, name = '']) => name),
  );
  expect(named).toContain('quickstart');
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("every annotation that a page names is one of ours, or a Secret's", () => {
  const known = new Set<string>(Object.values(ANNOTATIONS));
  const named = [...textOf('README.md').matchAll(new RegExp(`${GROUP}/[a-z-]+(?==)`, 'g'))].map(([whole]) => whole);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(named).toContain(ANNOTATIONS.rotateRequestedAt);
});

test("the README's manifests say what the schema understands, word for word", () => {
  const manifests = [...textOf('README.md').matchAll(/```yaml\n(.*?)```/gs)]
    .flatMap(([, yaml = '']) => parseAllDocuments(yaml).map((document): unknown => document.toJS()))
    .flatMap((each) => Manifest.safeParse(each).data ?? [])
    .filter(({ apiVersion }) => apiVersion === API_VERSION);

  expect(manifests.map(({ kind }) => kind)).toEqual(['OAuthProvider', 'OAuthApplication']);
  for (const { kind, spec } of manifests) {
    const schema = kind === 'OAuthProvider' ? OAuthProviderSpec : OAuthApplicationSpec;
    expect(schema.parse(spec), 'a field that the schema drops is misspelled').toMatchObject(Object(spec));
  }
});

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
