import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { Redacted } from '../../src/credentials.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import type { KubectlResult } from '../kubectl.ts';
import { succeeded } from '../operator.ts';
import type { Screen } from './screen.ts';
import type { Setting } from './set-up.ts';

const ROOT = join(import.meta.dirname, '../..');
const SAMPLES = 'deploy/samples';

/** Generous, for machines that are busy with other things. */
const WITHIN = '--timeout=60s';

/** Of the operator's log, where something went wrong. */
const LAST_LINES = 10;

const Secret = z.object({ data: z.record(z.string(), z.string()) });

/** Shows what the operator does, one sample after the other. @throws Error when something is not as it should be */
export async function tour(setting: Setting, screen: Screen): Promise<void> {
  screen.step('A provider object says where to register and with whose API key');
  await applyProvider(setting, screen);

  screen.step('A confidential web client: the Secret gets an id and a secret');
  await applyAndAwait('web', 'web-shop', setting, screen);
  await showSecret('web-shop-oauth', setting, screen);

  screen.step('A public native client: the Secret gets an id, and nothing that an app on a phone could not keep');
  await applyAndAwait('native', 'native-shop', setting, screen);
  await showSecret('native-shop-oauth', setting, screen);

  screen.step('A rotation, on request');
  await rotate('web-shop', setting, screen);

  screen.step('A manifest that is refused, before the operator or the provider sees it');
  await showRefusal(setting, screen);

  screen.step('How it stands');
  for (const kind of ['oap', 'oaa']) screen.say(succeeded(await shown(['get', kind, '-A'], setting, screen)));
}

/** Tells how to go on. */
export function farewell({ plane, kubeconfig, operatorLog }: Setting, screen: Screen): void {
  const { kubectlBinary } = plane.coordinates;
  screen.step('Everything runs until Ctrl-C. In another terminal, in this folder:');
  screen.say(`
export KUBECONFIG=${kubeconfig}
alias kubectl=${kubectlBinary}

kubectl get oauth
kubectl describe oaa web-shop
kubectl explain oaa.spec

sed s/web-shop/my-shop/ ${SAMPLES}/web.yaml | kubectl apply -f -
kubectl wait --for=condition=Ready oaa/my-shop
kubectl get secret my-shop-oauth -o jsonpath='{.data.client_id}' | base64 -d

kubectl annotate oaa my-shop ${ANNOTATIONS.rotateRequestedAt}="$(date -u +%FT%TZ)" --overwrite
kubectl get events
kubectl delete oaa my-shop

tail -f ${operatorLog}
`);
  screen.say('Objects belong into the namespace oauthapp-system, the one that this installation serves.');
  screen.say('Between two rotations of one application there are at least 30 s; a request waits for that long.');
}

async function applyProvider(setting: Setting, screen: Screen): Promise<void> {
  const { plane, kubeconfig, emulator } = setting;
  const file = `${SAMPLES}/provider.yaml`;
  screen.command(`kubectl apply -f ${file}`);
  screen.say('with spec.logi.apiUrl set to the emulator, and an API key that the emulator knows');
  const documents = parseAllDocuments(await readFile(join(ROOT, file), 'utf8'));
  for (const document of documents) {
    if (document.get('kind') === 'Secret') document.setIn(['stringData', 'apiKey'], DEFAULT_KEY);
    else document.setIn(['spec', 'logi', 'apiUrl'], emulator.url);
  }
  const stdin = documents.map(String).join('---\n');
  screen.say(succeeded(await plane.kubectl(['apply', '-f', '-'], { stdin, kubeconfig })));
  await awaitCondition('oap/logi', setting, screen);
}

async function applyAndAwait(file: string, name: string, setting: Setting, screen: Screen): Promise<void> {
  screen.say(succeeded(await shown(['apply', '-f', `${SAMPLES}/${file}.yaml`], setting, screen)));
  await awaitCondition(`oaa/${name}`, setting, screen);
}

async function awaitCondition(object: string, setting: Setting, screen: Screen): Promise<void> {
  const { plane, kubeconfig } = setting;
  const start = performance.now();
  screen.command(`kubectl wait --for=condition=Ready ${object}`);
  const { code, stderr } = await plane.kubectl(['wait', '--for=condition=Ready', object, WITHIN], { kubeconfig });
  if (code !== 0) throw new Error(await explained(object, stderr, setting));
  screen.done(`${object} is ready after ${((performance.now() - start) / 1_000).toFixed(1)} s`);
}

/** Keys and lengths: a value is shown nowhere. */
async function showSecret(name: string, setting: Setting, screen: Screen): Promise<void> {
  screen.done(`Secret ${name} holds`);
  for (const [key, value] of Object.entries(await secretData(name, setting))) {
    screen.say(`    ${key.padEnd(14)} ${value.reveal().length} characters`);
  }
}

async function rotate(name: string, setting: Setting, screen: Screen): Promise<void> {
  const secretName = `${name}-oauth`;
  const before = await secretData(secretName, setting);
  const token = new Date().toISOString();
  const annotation = `${ANNOTATIONS.rotateRequestedAt}=${token}`;
  screen.say(succeeded(await shown(['annotate', 'oaa', name, annotation], setting, screen)));

  const object = `oaa/${name}`;
  const served = `--for=jsonpath={.status.served.rotate}=${token}`;
  const { code, stderr } = await setting.plane.kubectl(['wait', served, object, WITHIN], setting);
  if (code !== 0) throw new Error(await explained(object, stderr, setting));

  const after = await secretData(secretName, setting);
  if (logsIn(before, setting)) throw new Error('the former secret still logs in');
  if (!logsIn(after, setting)) throw new Error(`the value in Secret ${secretName} does not log in`);
  screen.done(`the new value is in Secret ${secretName} and logs in; the former one no longer does`);
}

async function showRefusal(setting: Setting, screen: Screen): Promise<void> {
  const { code, stderr } = await shown(['apply', '-f', `${SAMPLES}/refused.yaml`], setting, screen);
  if (code === 0) throw new Error(`the API server accepted ${SAMPLES}/refused.yaml`);
  screen.say(stderr.trim());
}

function shown(args: readonly string[], { plane, kubeconfig }: Setting, screen: Screen): Promise<KubectlResult> {
  screen.command(['kubectl', ...args].join(' '));
  const paths = args.map((word) => (word.startsWith(SAMPLES) ? join(ROOT, word) : word));
  return plane.kubectl(paths, { kubeconfig });
}

async function secretData(name: string, { plane, kubeconfig }: Setting): Promise<Readonly<Record<string, Redacted>>> {
  const { data } = Secret.parse(
    JSON.parse(succeeded(await plane.kubectl(['get', 'secret', name, '-o', 'json'], { kubeconfig }))),
  );
  const decoded = Object.entries(data).map(([key, text]) => [key, new Redacted(atob(text))] as const);
  return Object.fromEntries(decoded);
}

function logsIn(data: Readonly<Record<string, Redacted>>, { emulator }: Setting): boolean {
  const { client_id: id, client_secret: secret } = data;
  return id !== undefined && secret !== undefined && emulator.logsIn(id.reveal(), secret.reveal());
}

/** What kubectl said, what the object says of itself, and the operator's last words. */
async function explained(object: string, stderr: string, { plane, kubeconfig, operatorLog }: Setting): Promise<string> {
  const conditions = await plane.kubectl(['get', object, '-o', 'jsonpath={.status.conditions}'], { kubeconfig });
  const log = (await readFile(operatorLog, 'utf8')).trim().split('\n').slice(-LAST_LINES);
  return [
    `${object} is not as it should be: ${stderr.trim()}`,
    `Its conditions: ${conditions.stdout || 'none'}`,
    `The end of the operator's log:`,
    ...log,
  ].join('\n');
}
