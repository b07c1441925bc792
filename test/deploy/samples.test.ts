import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { API_VERSION } from '../../src/api/names.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SAMPLES = join(ROOT, 'deploy/samples');
const REFUSED = 'refused.yaml';
const FILES = globSync('**/*.yaml', { cwd: SAMPLES }).filter((file) => !file.endsWith('kustomization.yaml'));

/** Fields that no sample shows, with what they begin with, and why. */
const NOT_SHOWN = [
  { kind: 'OAuthApplication', path: 'grantTypes', why: 'neither provider lets one choose' },
  { kind: 'OAuthApplication', path: 'tokenEndpointAuthMethod', why: 'neither provider lets one choose' },
  { kind: 'provider', path: 'dynamicRegistration', why: 'not served in this release' },
  {
    kind: 'provider',
    path: 'tls.caSecretRef.namespace',
    why: 'as spec.logi.apiKeySecretRef.namespace, which is shown',
  },
  {
    kind: 'provider',
    path: 'logto.credentialsSecretRef.namespace',
    why: 'as spec.logi.apiKeySecretRef.namespace, which is shown',
  },
] as const;

const Sample = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  spec: z.unknown().optional(),
});
type Sample = z.infer<typeof Sample>;

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly items?: Schema | undefined;
}
const Schema: z.ZodType<Schema> = z.looseObject({
  properties: z
    .record(
      z.string(),
      z.lazy(() => Schema),
    )
    .optional(),
  items: z.lazy(() => Schema).optional(),
});
const Crd = z.object({
  spec: z.object({ versions: z.tuple([z.object({ schema: z.object({ openAPIV3Schema: Schema }) })]) }),
});

const plane = sharedControlPlane();
let namespace: string;

beforeAll(async () => {
  namespace = await freshNamespace();
});

function objectsIn(file: string): readonly Sample[] {
  const text = readFileSync(join(SAMPLES, file), 'utf8');
  return parseAllDocuments(text).map((document) => Sample.parse(document.toJS()));
}

/** A server dry run, in a namespace that is there. */
function offered(object: Sample) {
  const { namespace: own, ...metadata } = object.metadata;
  const stdin = JSON.stringify({ ...object, metadata: own === undefined ? metadata : { ...metadata, namespace } });
  const flags = ['--server-side', '--dry-run=server', '--validate=strict'];
  return plane.kubectl(['apply', ...flags, '-f', '-'], { stdin });
}

describe('the API server', () => {
  test.each(FILES.filter((file) => file !== REFUSED))('takes %s, strictly', async (file) => {
    for (const object of objectsIn(file)) expect(await offered(object)).toMatchObject({ code: 0, stderr: '' });
  });

  test('refuses the one that is to be refused, in the words of its comment', async () => {
    const [object] = objectsIn(REFUSED);
    const { code, stderr } = await offered(Sample.parse(object));
    expect(code).toBe(1);
    const promised = 'must use https: plain http is for localhost, 127.0.0.1 and [::1] alone';
    expect(stderr).toContain(promised);
    expect(readFileSync(join(SAMPLES, REFUSED), 'utf8')).toContain(promised);
  });

  test('does not take a sample with a field that is misspelled', async () => {
    const [object] = objectsIn('web.yaml');
    const { code, stderr } = await offered(Sample.parse({ ...object, spec: { ...Object(object?.spec), scope: [] } }));
    expect(code).toBe(1);
    expect(stderr).toContain('.spec.scope: field not declared in schema');
  });
});

describe('the samples together', () => {
  const shown = new Map<string, Set<string>>();
  for (const { apiVersion, kind, spec } of FILES.flatMap(objectsIn)) {
    if (apiVersion !== API_VERSION) continue;
    const sort = sortOf(kind);
    shown.set(sort, new Set([...(shown.get(sort) ?? []), ...pathsIn(spec)]));
  }

  test.each([
    ['OAuthApplication', 'oauthapplications'],
    ['provider', 'clusteroauthproviders'],
  ])('show every field of %s that a provider can honour', (sort, plural) => {
    const excepted = NOT_SHOWN.filter(({ kind }) => kind === sort).map(({ path }) => path);
    const missing = fieldsOf(plural).filter((path) => !isShown(path, sort) && !excepted.some(covers(path)));
    expect(missing).toEqual([]);
  });

  test.each(NOT_SHOWN)('do not show $path of $kind: $why', ({ kind, path }) => {
    const plural = kind === 'provider' ? 'clusteroauthproviders' : 'oauthapplications';
    const fields = fieldsOf(plural).filter((field) => covers(field)(path));
    expect(fields, 'an exception for a field that is not there').not.toEqual([]);
    expect(fields.filter((field) => isShown(field, kind))).toEqual([]);
  });

  function isShown(path: string, sort: string): boolean {
    return [...(shown.get(sort) ?? [])].some((each) => covers(each)(path));
  }
});

/** Both kinds of provider objects have the same fields. */
function sortOf(kind: string): 'OAuthApplication' | 'provider' {
  return kind === 'OAuthApplication' ? kind : 'provider';
}

/** Whether a path is this one or lies below. */
function covers(path: string): (above: string) => boolean {
  return (above) => path === above || path.startsWith(`${above}.`) || path.startsWith(`${above}[`);
}

/** The leaves of `spec` in a definition; what has no fields of its own is one. */
function fieldsOf(plural: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'crds', `${plural}.oauthapp.dev.yaml`), 'utf8');
  const [version] = Crd.parse(parse(text)).spec.versions;
  const spec = version.schema.openAPIV3Schema.properties?.['spec'];
  if (spec === undefined) throw new Error(`${plural} have no spec`);
  return leavesOf(spec, '');
}

function leavesOf({ properties, items }: Schema, path: string): readonly string[] {
  if (items !== undefined) return items.properties === undefined ? [path] : leavesOf(items, `${path}[]`);
  if (properties === undefined) return [path];
  return Object.entries(properties).flatMap(([name, schema]) =>
    leavesOf(schema, path === '' ? name : `${path}.${name}`),
  );
}

/** The leaves of a value, written alike. */
function pathsIn(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value))
    return value.flatMap((each) => pathsIn(each, typeof each === 'object' ? `${path}[]` : path));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, each]) => pathsIn(each, path === '' ? name : `${path}.${name}`));
}
