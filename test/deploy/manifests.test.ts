import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { API_VERSION, GROUP, KINDS } from '../../src/api/names.ts';
import { configFrom } from '../../src/config.ts';

const DEPLOY = resolve(import.meta.dirname, '../../deploy');
const CRDS = resolve(import.meta.dirname, '../../crds');

const Rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
  verbs: z.array(z.string()),
});
type Rule = z.infer<typeof Rule>;

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }).optional(),
  rules: z.array(Rule).optional(),
});

const Kustomization = z.object({
  kind: z.enum(['Kustomization', 'Component']),
  resources: z.array(z.string()).default([]),
});

const Deployment = z.object({
  spec: z.object({
    replicas: z.number().optional(),
    template: z.object({
      spec: z.looseObject({ containers: z.array(z.looseObject({ args: z.array(z.string()) })).length(1) }),
    }),
  }),
});

const FILES = globSync('**/*.yaml', { cwd: DEPLOY }).toSorted();
const FOLDERS = [...new Set(FILES.map(dirname))];

/** What is in a folder and deliberately in no kustomization. */
const ALONE = ['samples/refused.yaml'];

describe('every file', () => {
  test.each(FILES)('%s parses as Kubernetes objects', (file) => {
    expect(documents(file).length).toBeGreaterThan(0);
    for (const document of documents(file)) expect(() => Manifest.parse(document)).not.toThrow();
  });

  test.each(FOLDERS)('of %s stands in its kustomization, and nothing else does', (folder) => {
    const { resources } = Kustomization.parse(documents(`${folder}/kustomization.yaml`)[0]);
    const listed = resources.filter((each) => each.endsWith('.yaml'));
    const there = FILES.filter((file) => dirname(file) === folder && !ALONE.includes(file))
      .map((file) => basename(file))
      .filter((name) => name !== 'kustomization.yaml');
    expect(listed.toSorted()).toEqual(there);
  });
});

describe('a role', () => {
  const roles = [
    { file: 'base/role.yaml', kinds: [KINDS.application, KINDS.provider] },
    { file: 'cluster/clusterrole.yaml', kinds: Object.values(KINDS) },
  ];

  test.each(roles)('in $file has no wildcard', ({ file }) => {
    expect(JSON.stringify(rulesOf(file))).not.toContain('*');
  });

  test.each(roles)('in $file cannot give itself more than it has', ({ file }) => {
    expect(rulesOf(file).flatMap(({ verbs }) => verbs)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(?:escalate|bind|impersonate)$/)]),
    );
    expect(rulesOf(file).flatMap(({ apiGroups }) => apiGroups)).not.toContain('rbac.authorization.k8s.io');
  });

  test.each(roles)('in $file reads our kinds and writes their status and finalizers, never the objects', (role) => {
    const own = rulesOf(role.file).filter(({ apiGroups }) => apiGroups.includes(GROUP));
    const plurals = role.kinds.map(({ plural }) => plural);
    expect(own.map(({ resources, verbs }) => ({ resources, verbs }))).toEqual([
      { resources: plurals, verbs: ['get', 'list', 'watch', 'patch'] },
      { resources: plurals.map((plural) => `${plural}/status`), verbs: ['update'] },
      { resources: plurals.map((plural) => `${plural}/finalizers`), verbs: ['update'] },
    ]);
  });

  test('grants nothing outside the namespace in a namespaced install', () => {
    const kinds = kustomized('base').map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['Deployment', 'Role', 'RoleBinding', 'ServiceAccount']);
  });

  test('reaches the Lease that the operator takes when nothing is said', () => {
    const leases = rulesOf('base/role.yaml').filter(({ resources }) => resources.includes('leases'));
    const names = leases.flatMap(({ resourceNames = [] }) => resourceNames);
    expect(names).toEqual([configOf('base/deployment.yaml').lease.name]);
  });
});

describe('the Deployment', () => {
  test('in base serves one namespace under a cluster id', () => {
    expect(configOf('base/deployment.yaml')).toMatchObject({
      namespace: 'oauthapp-system',
      scope: { type: 'namespace', clusterId: 'prod' },
      metricsAddress: { port: 8080 },
    });
  });

  test('in base starts no operator before its cluster id is a word of the user', () => {
    expect(configFrom(argsOf('base/deployment.yaml'), {})).toEqual({
      type: 'invalid',
      problems: [expect.stringContaining('--cluster-id: change-me stands for a word of your own')],
    });
  });

  test('obeys the restricted Pod Security Standard', () => {
    const { spec } = Deployment.parse(documents('base/deployment.yaml')[0]).spec.template;
    expect(spec).toMatchObject({
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    });
    expect(Object.keys(spec)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^host(?:Network|PID|IPC)$/)]));
  });
});

describe('a sample', () => {
  const samples = FILES.filter((file) => dirname(file) === 'samples').flatMap((file) =>
    documents(file)
      .map((document) => Manifest.parse(document))
      .filter(({ apiVersion }) => apiVersion.startsWith(GROUP)),
  );

  test('is of a version and kind that a definition serves', () => {
    const defined = globSync('*.yaml', { cwd: CRDS }).map((name) => name.split('.')[0]);
    const kinds = Object.values(KINDS);
    expect(samples.length).toBeGreaterThan(0);
    for (const { apiVersion, kind } of samples) {
      expect(apiVersion).toBe(API_VERSION);
      expect(defined).toContain(kinds.find((each) => each.kind === kind)?.plural);
    }
  });
});

function documents(file: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(join(DEPLOY, file), 'utf8'), { strict: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
    return document.toJS();
  });
}

function rulesOf(file: string): readonly Rule[] {
  const rules = Manifest.parse(documents(file)[0]).rules;
  if (rules === undefined) throw new Error(`${file} has no rules`);
  return rules;
}

function kustomized(folder: string) {
  const { resources } = Kustomization.parse(documents(`${folder}/kustomization.yaml`)[0]);
  return resources.flatMap((file) => documents(join(folder, file))).map((document) => Manifest.parse(document));
}

/** The arguments that a Deployment gives the operator. */
function argsOf(file: string): readonly string[] {
  const [container] = Deployment.parse(documents(file)[0]).spec.template.spec.containers;
  return container?.args ?? [];
}

/** What the operator makes of the arguments of a Deployment, once they are edited as the guides say. */
function configOf(file: string) {
  const invocation = configFrom([...argsOf(file), '--cluster-id=prod'], { POD_NAMESPACE: 'oauthapp-system' });
  if (invocation.type !== 'run') throw new Error(`${file} does not start: ${JSON.stringify(invocation)}`);
  return invocation.config;
}
