import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { configFrom } from '../../src/config.ts';
import { sharedControlPlane } from '../support/control-plane.ts';
import { objectsIn } from '../support/helm.ts';
import { temporaryFile } from '../support/temporary-file.ts';

const Deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    template: z.object({ spec: z.object({ containers: z.tuple([z.object({ args: z.array(z.string()) })]) }) }),
  }),
});

const OWN_FLAG = '--provider-hosts=*.idp.example.com';

/** A copy of deploy/ that was edited as the guides say. */
let deploy: string;

beforeAll(async () => {
  deploy = await copyWith(editedBase);
  await edit(join(deploy, 'overlays/namespaced/kustomization.yaml'), (overlay) =>
    overlay.replace('--cluster-id=change-me', '--cluster-id=of-a-team'),
  );
});

function editedBase(base: string): string {
  return base.replace('--cluster-id=change-me', `--cluster-id=edited\n            - ${OWN_FLAG}`);
}

async function copyWith(change: (base: string) => string): Promise<string> {
  const folder = await temporaryFile('deploy');
  await cp(resolve(import.meta.dirname, '../../deploy'), folder, { recursive: true });
  await edit(join(folder, 'base/deployment.yaml'), change);
  return folder;
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

async function argsIn(folder: string): Promise<readonly string[][]> {
  const { stdout, stderr } = await kustomize(folder);
  const deployments = objectsIn(stdout).flatMap((object) => Deployment.safeParse(object).data ?? []);
  if (deployments.length === 0) throw new Error(`${folder} has no Deployment: ${stderr}`);
  return deployments.map(({ spec }) => spec.template.spec.containers[0].args);
}

function kustomize(folder: string) {
  return sharedControlPlane().kubectl(['kustomize', folder]);
}

test.each([
  { folder: 'base', flags: [['--scope=namespace', '--cluster-id=edited', OWN_FLAG]] },
  { folder: 'cluster', flags: [['--scope=cluster', OWN_FLAG]] },
  { folder: 'overlays/ha', flags: [['--scope=cluster', OWN_FLAG]] },
  { folder: 'overlays/namespaced', flags: [['--scope=namespace', '--cluster-id=of-a-team', OWN_FLAG]] },
  {
    folder: 'overlays/sharded',
    flags: [
      { name: 'a', selector: 'oauthapp.dev/shard=a' },
      { name: 'rest', selector: 'oauthapp.dev/shard!=a' },
    ].map(({ name, selector }) => [
      '--scope=cluster',
      OWN_FLAG,
      `--provider-selector=${selector}`,
      `--lease-name=oauthapp-operator-${name}`,
    ]),
  },
])('$folder keeps a flag that was added to base', async ({ folder, flags }) => {
  const given = await argsIn(join(deploy, folder));
  expect(given).toEqual(flags);
  for (const args of given)
    expect(configFrom(args, { POD_NAMESPACE: 'oauthapp-system' })).toMatchObject({ type: 'run' });
});

test('overlays/namespaced starts no operator under the cluster id that it comes with, nor under that of base', async () => {
  const [args = []] = await argsIn(join(await copyWith(editedBase), 'overlays/namespaced'));
  expect(configFrom(args, { POD_NAMESPACE: 'store' })).toEqual({
    type: 'invalid',
    problems: [expect.stringContaining('--cluster-id: change-me stands for a word of your own')],
  });
});

test.each(['cluster', 'overlays/namespaced'])('%s is not built where another flag was put first', async (folder) => {
  const edited = await copyWith((base) => base.replace('- --scope=namespace', `- ${OWN_FLAG}\n            $&`));
  const { code, stderr } = await kustomize(join(edited, folder));
  expect(code).toBe(1);
  expect(stderr).toContain('/spec/template/spec/containers/0/args/0');
});
