import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { OPERATOR } from '../../dev/e2e/images.ts';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { OURS, openAdminApi, taken } from '../support/admin-api.ts';
import { openCheckout } from '../support/checkout.ts';
import { sharedControlPlane } from '../support/control-plane.ts';
import { sectionsOf } from '../support/guide.ts';
import { comesOut } from '../support/guide-run.ts';
import type { Shell } from '../support/shell.ts';
import {
  AUTHORITY,
  applyAuthority,
  type IdentityProviders,
  startIdentityProviders,
} from './support/identity-providers.ts';

/** What has happened before the commands of a section, and what must be so after them. */
interface Scene {
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

const NAMESPACE = 'oauthapp-system';

const Objects = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), namespace: z.string() }) })),
});

let shell: Shell;
let providers: IdentityProviders;

beforeAll(async () => {
  providers = await startIdentityProviders();
  shell = await openCheckout();
  await forget();
  await succeeds('helm uninstall oauthapp-crds');
  await succeeds('kubectl delete -f crds/ --timeout=60s');
});

// The last sections leave the definitions, as other tests want them, and nothing that uses them.
afterAll(async () => {
  await shell?.run(`kubectl delete namespace ${NAMESPACE} store --timeout=60s`);
  await providers?.[Symbol.asyncDispose]();
  await shell?.[Symbol.asyncDispose]();
});

const SCENES: Readonly<Record<string, Scene>> = {
  Install: { after: () => applyAuthority(providers, NAMESPACE) },
  'Tell it where registrations are made': { after: oneRegistration },
  Upgrade: { after: oneRegistration },
  'Roll back': { after: oneRegistration },
  Uninstall: { before: oneRegistration, after: noRegistration },
  'Definitions that kubectl applied': { before: () => succeeds('kubectl apply --server-side -f crds/') },
  'For one namespace': {},
};

test.each(sectionsOf('docs/guides/helm.md'))(
  '$title: each command comes out as the guide shows it',
  async ({ title, commands }) => {
    const scene = SCENES[title];
    if (scene === undefined) throw new Error('the section has no scene');
    await scene.before?.();
    for (const command of commands) await comesOut(shell, command, here);
    await scene.after?.();
  },
);

/** What the guide says, in the words of this node. */
function here(text: string): string {
  const image = `image.repository=${OPERATOR.repository} --set image.tag=${OPERATOR.tag}`;
  return text
    .replace(
      'image.repository=registry.example.com/oauthapp-operator',
      `${image} --set 'settings.providerHosts={*.idp.test}'`,
    )
    .replace('logi_pat_replace_me', DEFAULT_KEY)
    .replace('https://api.1pass.dev', providers.logiUrl)
    .replace('key: apiKey}\n', `key: apiKey}\n      tls: {caSecretRef: {name: ${AUTHORITY}}}\n`);
}

async function succeeds(command: string): Promise<void> {
  const { code, printed } = await shell.run(command);
  expect(code, `$ ${command}\n${printed}`).toBe(0);
}

/** What other tests have left behind when their operators and providers ended, and nobody can delete any more. */
async function forget(): Promise<void> {
  const api = await openAdminApi(sharedControlPlane());
  for (const plural of ['oauthapplications', 'oauthproviders']) {
    const { items } = Objects.parse((await api.send('GET', `/apis/${OURS}/${plural}`)).body);
    for (const { metadata } of items) {
      const path = `/apis/${OURS}/namespaces/${metadata.namespace}/${plural}/${metadata.name}`;
      taken(await api.send('PATCH', path, 'application/merge-patch+json', { metadata: { finalizers: [] } }));
      taken(await api.send('DELETE', path));
    }
  }
  await api.close();
}

function registrations() {
  return providers.logi.applications().filter(({ softDeleted }) => !softDeleted);
}

async function oneRegistration(): Promise<void> {
  const { printed } = await shell.run("kubectl get secret web-shop-oauth -o jsonpath='{.data.client_id}' | base64 -d");
  expect(registrations().map(({ clientId }) => clientId)).toEqual([printed]);
}

async function noRegistration(): Promise<void> {
  expect(registrations()).toEqual([]);
}
