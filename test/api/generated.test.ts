import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generatedFiles } from '../../dev/generated.ts';
import { CONDITION_TYPES, REASONS } from '../../src/api/conditions.ts';
import { ANNOTATIONS, FINALIZERS, LABELS, rolledForAnnotation, SECRET_ANNOTATIONS } from '../../src/api/names.ts';
import { FLAGS, SWITCHES } from '../../src/flags/flags.ts';

const ROOT = join(import.meta.dirname, '../..');

const Definition = z.object({ metadata: z.object({ annotations: z.record(z.string(), z.string()).optional() }) });

test.each(generatedFiles())('$path is what npm run generate writes', ({ path, content }) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(content);
});

test('crds/ holds nothing else', () => {
  const generated = generatedFiles().map(({ path }) => path);
  expect(
    readdirSync(join(ROOT, 'crds'))
      .map((name) => `crds/${name}`)
      .sort(),
  ).toEqual(generated.filter((path) => path.startsWith('crds/')).sort());
});

test.each([
  { folder: 'crds', more: {} },
  { folder: 'charts/oauthapp-crds/templates', more: { 'helm.sh/resource-policy': 'keep' } },
])('no definition in $folder is deleted by a tool that misses it, with all objects of its kind', ({ folder, more }) => {
  const files = generatedFiles().filter(({ path }) => path.startsWith(`${folder}/`));
  const annotations = files.map(({ content }) => Definition.parse(parse(content)).metadata.annotations);
  const kept = {
    'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
    'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    ...more,
  };
  expect(annotations).toEqual([kept, kept, kept]);
});

test('the reference names every condition, reason, annotation, label and finalizer', () => {
  const reference = generatedFiles().find(({ path }) => path === 'docs/reference.md')?.content;
  const names = [CONDITION_TYPES, REASONS].flatMap((record) => Object.keys(record));
  const marks = [ANNOTATIONS, SECRET_ANNOTATIONS, LABELS, FINALIZERS].flatMap((record) => Object.values(record));
  expect([...names, ...marks].filter((name) => reference?.includes(`\`${name}\``) !== true)).toEqual([]);
});

test('the reference names the annotation of a rolled workload', () => {
  const reference = generatedFiles().find(({ path }) => path === 'docs/reference.md')?.content;
  expect(reference).toContain(
    `| \`${rolledForAnnotation('<secret>', (text) => text)}\` | Pod template of a workload |`,
  );
});

test.each(generatedFiles().filter(({ path }) => /^charts\/[^/]+\/README\.md$/.test(path)))(
  'no value in $path is without a meaning',
  ({ content }) => {
    const rows = content.split('\n').filter((row) => row.startsWith('| `'));
    expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
  },
);

test('the page of flags is a row per flag, with its variable, what it takes, its default and its meaning', () => {
  const rows = generatedFiles()
    .find(({ path }) => path === 'docs/flags.md')
    ?.content.split('\n');
  expect(rows).toContain(
    '| `--workers` | `OAUTHAPP_WORKERS` | a whole number from 1 to 256 | 16 | Passes side by side. |',
  );
  const flags = [...Object.values(FLAGS).map(({ name }) => name), ...Object.keys(SWITCHES)];
  expect(flags.filter((name) => rows?.some((row) => row.startsWith(`| \`--${name}\` |`)) !== true)).toEqual([]);
});

test('the reference is a row per field, with type, default and bounds', () => {
  const rows = generatedFiles().at(-1)?.content.split('\n') ?? [];
  expect(rows).toContain(
    '| `spec.displayName` | string |  | 1 to 128 characters | Name that users see when they log in. Left out: metadata.name. |',
  );
  expect(rows.find((row) => row.startsWith('| `spec.providerRef.kind`'))).toContain('`"OAuthProvider"`');
  expect(rows.find((row) => row.startsWith('| `spec.type`'))).toContain('| required |');
  expect(rows.some((row) => row.startsWith('| `status.rotation.retiring[].notBefore` | time |'))).toBe(true);
});
