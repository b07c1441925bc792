import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATOR } from '../../dev/e2e/images.ts';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import { openCheckout } from '../support/checkout.ts';
import { sectionsOf } from '../support/guide.ts';
import { comesOut } from '../support/guide-run.ts';
import type { Shell } from '../support/shell.ts';
import {
  AUTHORITY,
  applyAuthority,
  type IdentityProviders,
  startIdentityProviders,
} from './support/identity-providers.ts';

/** The second begins where the first has installed the operator. */
const GUIDES = ['getting-started-logi', 'getting-started-logto'] as const;
const SECTIONS = GUIDES.flatMap((guide) =>
  sectionsOf(`docs/guides/${guide}.md`).map((section) => ({ guide, ...section })),
);

const NAMESPACE = 'oauthapp-system';

let shell: Shell;
let providers: IdentityProviders;

beforeAll(async () => {
  providers = await startIdentityProviders();
  shell = await openCheckout();
  // What the guide says to edit.
  await rewrite('deploy/base/kustomization.yaml', (text) =>
    text.replace(/newName: .*/, `newName: ${OPERATOR.repository}`).replace(/newTag: .*/, `newTag: ${OPERATOR.tag}`),
  );
  await rewrite('deploy/base/deployment.yaml', (text) =>
    text.replace('--cluster-id=change-me', '--cluster-id=e2e\n            - --provider-hosts=*.idp.test'),
  );
});

afterAll(async () => {
  for (const kind of ['oaa', 'oap']) await shell?.run(`kubectl delete ${kind} --all -n ${NAMESPACE} --timeout=60s`);
  await shell?.run(`kubectl delete namespace ${NAMESPACE} --timeout=60s`);
  await providers?.[Symbol.asyncDispose]();
  await shell?.[Symbol.asyncDispose]();
});

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  const path = join(shell.folder, file);
  const before = await readFile(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`${file} has nothing of what the guide says to edit in it`);
  await writeFile(path, after);
}

/** What the guides say, in the words of this node: its providers have other addresses, credentials and an authority. */
function here(text: string): string {
  return text
    .replace('logi_pat_of_your_own', DEFAULT_KEY)
    .replace('https://api.1pass.dev', providers.logiUrl)
    .replace('{name: logi, key: apiKey}', `{name: logi, key: apiKey}\n  tls: {caSecretRef: {name: ${AUTHORITY}}}`)
    .replace('m2m4k7p1q9w3e5r8t2y6u', OPERATOR_ID)
    .replace('nobody-guesses-this-secret', OPERATOR_SECRET)
    .replace('https://login.example.com', providers.logtoUrl)
    .replace('{name: logto}\nEND', `{name: logto}\n  tls: {caSecretRef: {name: ${AUTHORITY}}}\nEND`);
}

/** The commands of a guide that show nothing. */
async function silentCommands(guide: string): Promise<readonly string[]> {
  const text = await readFile(resolve(import.meta.dirname, `../../docs/guides/${guide}.md`), 'utf8');
  const [, block = ''] = /^```sh\n(.*?)^```/ms.exec(text) ?? [];
  return block.trim().split('\n');
}

test('the guide installs the operator, which runs', async () => {
  const commands = await silentCommands(GUIDES[0]);
  expect(commands.at(-1)).toContain('set-context');
  for (const command of commands) expect(await shell.run(command), `$ ${command}`).toMatchObject({ code: 0 });
  const { code, printed } = await shell.run('kubectl rollout status deployment/oauthapp-operator --timeout=120s');
  expect(code, printed).toBe(0);
  await applyAuthority(providers, NAMESPACE);
});

test('the guide on troubleshooting leads the port of a Pod to where one can ask it', async () => {
  const commands = await silentCommands('troubleshooting');
  expect(commands.at(-1)).toContain('port-forward');
  const ask = 'until curl -sf http://localhost:8080/readyz; do sleep 0.2; done';
  const { code, printed } = await shell.run(`${commands.join('\n')} &\ntrap "kill $!" EXIT\n${ask}`);
  expect(code, printed).toBe(0);
  expect(printed).toContain('[+]');
});

test.each(SECTIONS)('$guide, $title: each command comes out as the guide shows it', async ({ commands }) => {
  for (const command of commands) await comesOut(shell, command, here);
});
