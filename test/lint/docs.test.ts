import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { OAuthApplicationSpec } from '../../src/api/application.ts';
import { APPLICATION_REASONS, PROVIDER_REASONS } from '../../src/api/conditions.ts';
import { ANNOTATIONS, API_VERSION } from '../../src/api/names.ts';
import { OAuthProviderSpec } from '../../src/api/provider.ts';
import { MARK_KEY } from '../../src/idp/owner-mark.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = [...globSync('*.md', { cwd: ROOT }), ...globSync('docs/**/*.md', { cwd: ROOT })];

const GUIDES = PAGES.filter((page) => page.startsWith('docs/guides/'));

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
    [...textOf(page).matchAll(/\bnpm run ([a-z0-9:]+)/g)].map(([, name = '']) => name),
  );
  expect(named).toContain('quickstart');
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test('every annotation that a page names is one of ours, or the key of the owner mark', () => {
  const known = new Set<string>([...Object.values(ANNOTATIONS), MARK_KEY]);
  const named = ['README.md', ...GUIDES].flatMap((page) =>
    [...textOf(page).matchAll(/oauthapp[.]dev\/[a-z-]+(?=[=`]|: ")/g)].map(([whole]) => whole),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(named).toContain(ANNOTATIONS.rotateRequestedAt);
});

test('what is to be done about a reason is said of reasons that there are', () => {
  const [, application = '', provider = ''] = textOf('docs/guides/troubleshooting.md').split(/^On an? .*:$/m);
  const named = (text: string): readonly string[] =>
    [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, reason = '']) => reason),
    );
  expect(named(application)).toContain('AccessDenied');
  expect(named(provider)).toContain('IdentityChanged');
  expect(named(application).filter((reason) => !Object.hasOwn(APPLICATION_REASONS, reason))).toEqual([]);
  expect(named(provider).filter((reason) => !Object.hasOwn(PROVIDER_REASONS, reason))).toEqual([]);
});

test('every link to a heading of a guide leads to one', () => {
  const links = GUIDES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^):#\s]*)#([^)\s]+)\)/g)].map(([, file = '', anchor = '']) => ({
      target: file === '' ? page : join(dirname(page), file),
      anchor,
    })),
  );
  expect(links).not.toEqual([]);
  expect(links.filter(({ target, anchor }) => !anchorsOf(target).includes(anchor))).toEqual([]);
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

/** As GitHub makes them of headings. */
function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
