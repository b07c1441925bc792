import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { anchorOf, LINK, PAGES as SITE_PAGES } from '../../site/pages.ts';
import { OAuthApplicationSpec } from '../../src/api/application.ts';
import { APPLICATION_REASONS, PROVIDER_REASONS } from '../../src/api/conditions.ts';
import { ANNOTATIONS, API_VERSION, FINALIZERS } from '../../src/api/names.ts';
import { ClusterOAuthProviderSpec, OAuthProviderSpec } from '../../src/api/provider.ts';
import { FLAGS, SWITCHES } from '../../src/flags/flags.ts';
import { MARK_KEY } from '../../src/idp/owner-mark.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = globSync([...SITE_PAGES], { cwd: ROOT });

/** The design is a sketch: its blocks leave out what the reader can think. */
const MANIFESTS = PAGES.filter((page) => page !== 'docs/design.md' && /^```yaml|<<'END'/m.test(textOf(page)));

const GUIDES = PAGES.filter((page) => page.startsWith('docs/guides/'));

const Package = z.object({ scripts: z.record(z.string(), z.string()) });
const SPECS = {
  OAuthApplication: OAuthApplicationSpec,
  OAuthProvider: OAuthProviderSpec,
  ClusterOAuthProvider: ClusterOAuthProviderSpec,
};
const Ours = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.enum(['OAuthApplication', 'OAuthProvider', 'ClusterOAuthProvider']),
  spec: z.unknown(),
});

/** A label of provider objects that the guide proposes, and of the Pods of a shard. */
const SHARD = 'oauthapp.dev/shard';

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

test('every flag that a page gives to a script is one that its program knows', () => {
  const { scripts } = Package.parse(JSON.parse(textOf('package.json')));
  const given = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\bnpm run ([a-z0-9:]+) -- ([^`#\n]+)/g)].flatMap(([, name = '', args = '']) =>
      [...args.matchAll(/--([a-z-]+)/g)].map(([, flag = '']) => ({ name, flag })),
    ),
  );
  expect(given).toContainEqual({ name: 'sim', flag: 'seeds' });
  const ofOperator = new Set([...Object.values(FLAGS).map(({ name }) => name), ...Object.keys(SWITCHES)]);
  const unknown = given.filter(({ name, flag }) => {
    if (name === 'operator') return !ofOperator.has(flag);
    const [, program = ''] = /\bnode .*?(\S+\.ts)$/.exec(scripts[name] ?? '') ?? [];
    return !new RegExp(`--${flag}\\b`).test(textOf(program));
  });
  expect(unknown).toEqual([]);
});

test('every annotation and finalizer that a page names is one of ours, or the key of the owner mark', () => {
  const known = new Set<string>([...Object.values(ANNOTATIONS), ...Object.values(FINALIZERS), MARK_KEY, SHARD]);
  const named = ['README.md', ...GUIDES].flatMap((page) =>
    [...textOf(page).matchAll(/oauthapp[.]dev\/[a-z-]+(?=[=`]|: ")/g)].map(([whole]) => whole),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(named).toContain(ANNOTATIONS.rotateRequestedAt);
});

test('what is to be done is said of every reason', () => {
  const headings = [...textOf('docs/reasons.md').matchAll(/^### (.+)$/gm)].map(([, title]) => title);
  const wanted = [
    ...Object.keys(APPLICATION_REASONS).map((reason) => `Application: ${reason}`),
    ...Object.keys(PROVIDER_REASONS).map((reason) => `Provider: ${reason}`),
  ];
  expect(headings.toSorted()).toEqual(wanted.toSorted());
});

test('every link to a heading leads to one', () => {
  const links = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([^):#\s]*)#([^)\s]+)\)/g)].map(([, file = '', anchor = '']) => ({
      target: file === '' ? page : join(dirname(page), file),
      anchor,
    })),
  );
  expect(links).not.toEqual([]);
  expect(links.filter(({ target, anchor }) => !anchorsOf(target).includes(anchor))).toEqual([]);
});

test.each(MANIFESTS)(
  'every YAML block of %s can be read, and says of our kinds what the schema understands',
  (page) => {
    const documents = [...blocksOf(page), ...appliedIn(page)];
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    for (const document of documents) {
      const { data: ours } = Ours.safeParse(document.toJS());
      if (ours === undefined) continue;
      const spec = SPECS[ours.kind].parse(ours.spec);
      expect(spec, 'a field that the schema drops is misspelled').toMatchObject(Object(ours.spec));
    }
  },
);

test('the README begins with a provider object and an application', () => {
  const ours = blocksOf('README.md').flatMap((document) => Ours.safeParse(document.toJS()).data ?? []);
  expect(ours.map(({ kind }) => kind)).toEqual(['OAuthProvider', 'OAuthApplication']);
});

function blocksOf(page: string) {
  const blocks = [...textOf(page).matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml);
  return blocks.flatMap((block) => parseAllDocuments(block));
}

/** What commands of a page hand to kubectl. */
function appliedIn(page: string) {
  const texts = [...textOf(page).matchAll(/<<'END'\n((?:> .*\n)+?)> END$/gm)].map(([, said = '']) => said);
  return texts.flatMap((text) => parseAllDocuments(text.replaceAll(/^> /gm, '')));
}

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function anchorsOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchorOf(title));
}
