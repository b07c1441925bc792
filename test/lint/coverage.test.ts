import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { APPLICATION_REASONS, CONDITION_TYPES, PROVIDER_REASONS } from '../../src/api/conditions.ts';
import { kinds } from '../../src/api/crds.ts';
import { ANNOTATIONS, FINALIZERS, LABELS, SECRET_ANNOTATIONS } from '../../src/api/names.ts';
import type { StructuralSchema } from '../../src/api/openapi.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Where a test sees what an object does; what the API server makes of a field is tested under test/api. */
const BEHAVIOUR = textsOf(['test/application/**/*.ts', 'test/provider/**/*.ts', 'test/e2e/**/*.ts']);
const FIELDS_OF = [...BEHAVIOUR, ...textsOf(['test/api/**/*.ts', 'test/operator/**/*.ts', 'test/support/**/*.ts'])];

/** Fields that no test has to name, each with the reason. A path covers what is below it. */
const EXCEPTED = {
  'spec.dynamicRegistration': 'the whole block is refused: this release has no such provider',
} as const;

const PATHS = kinds().flatMap(({ names, spec, status }) => [
  ...pathsOf(spec, 'spec').map((path) => ({ kind: names.kind, path })),
  ...pathsOf(status, 'status').map((path) => ({ kind: names.kind, path })),
]);

test('the schemas are walked to their leaves', () => {
  const paths = PATHS.map(({ path }) => path);
  expect(paths).toContain('spec.rotation.window.timeZone');
  expect(paths).toContain('spec.access[].namespaces.selector.matchExpressions[].operator');
  expect(paths).toContain('status.operation.knownIds');
});

test('every field of a spec or a status is named in a test', () => {
  const unnamed = PATHS.filter(({ path }) => !isExcepted(path) && !isNamed(lastName(path)));
  expect(unnamed).toEqual([]);
});

test('every exception is for a field that is there', () => {
  const paths = new Set(PATHS.map(({ path }) => path));
  expect(Object.keys(EXCEPTED).filter((path) => !paths.has(path))).toEqual([]);
});

test.for([
  { kind: 'OAuthApplication', reasons: APPLICATION_REASONS, producer: 'src/application' },
  { kind: 'OAuthProvider', reasons: PROVIDER_REASONS, producer: 'src/provider' },
])('every reason on an $kind is given by the code, and expected by a test', ({ reasons, producer }, ctx) => {
  const names = Object.keys(reasons);
  // The logi adapter refuses fields by reasons of their own, and both kinds begin with the same conditions.
  const code = textsOf([`${producer}/**/*.ts`, 'src/idp/**/*.ts', 'src/api/conditions.ts']);
  ctx.expect(names.filter((reason) => !isQuotedIn(code, reason))).toEqual([]);
  ctx.expect(names.filter((reason) => !isQuotedIn(BEHAVIOUR, reason))).toEqual([]);
});

test('every type of condition is named in a test', () => {
  expect(Object.keys(CONDITION_TYPES).filter((type) => !isQuotedIn(BEHAVIOUR, type))).toEqual([]);
});

test('every annotation, label and finalizer is named in a test, by itself or by the constant that holds it', () => {
  const names = [
    ...Object.entries(ANNOTATIONS),
    ...Object.entries(SECRET_ANNOTATIONS),
    ...Object.entries(LABELS),
    ...Object.entries(FINALIZERS),
  ];
  const unnamed = names.filter(([key, name]) => {
    const [, short = ''] = name.split('/');
    return !FIELDS_OF.some((text) => text.includes(name) || text.includes(`'${short}'`) || text.includes(`.${key}`));
  });
  expect(unnamed).toEqual([]);
});

function textsOf(patterns: readonly string[]): readonly string[] {
  return globSync(patterns, { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'));
}

function pathsOf(schema: StructuralSchema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = `${path}.${name}`;
    return [here, ...below(field, here)];
  });
}

function below(field: StructuralSchema, path: string): readonly string[] {
  if (field.items !== undefined) return pathsOf(field.items, `${path}[]`);
  if (field.additionalProperties !== undefined) return pathsOf(field.additionalProperties, `${path}.*`);
  return pathsOf(field, path);
}

function isExcepted(path: string): boolean {
  return Object.keys(EXCEPTED).some((excepted) => path === excepted || /^[.[]/.test(path.replace(excepted, '')));
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** As a key, a property, or inside a path. */
function isNamed(field: string): boolean {
  const word = new RegExp(`[{,.'"\`] ?${field}\\b|\\b${field}:`);
  return FIELDS_OF.some((text) => word.test(text));
}

function isQuotedIn(texts: readonly string[], word: string): boolean {
  const quoted = new RegExp(`['"\`]${word}['"\`]`);
  return texts.some((text) => quoted.test(text));
}
