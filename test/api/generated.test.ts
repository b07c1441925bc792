import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../dev/generated.ts';
import { CONDITION_TYPES, REASONS } from '../../src/api/conditions.ts';
import { ANNOTATIONS, FINALIZERS, LABELS, SECRET_ANNOTATIONS } from '../../src/api/names.ts';

const ROOT = join(import.meta.dirname, '../..');

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

test('the reference names every condition, reason, annotation, label and finalizer', () => {
  const reference = generatedFiles().find(({ path }) => path === 'docs/reference.md')?.content;
  const names = [CONDITION_TYPES, REASONS].flatMap((record) => Object.keys(record));
  const marks = [ANNOTATIONS, SECRET_ANNOTATIONS, LABELS, FINALIZERS].flatMap((record) => Object.values(record));
  expect([...names, ...marks].filter((name) => reference?.includes(`\`${name}\``) !== true)).toEqual([]);
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
