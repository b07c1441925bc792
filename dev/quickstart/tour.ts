import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ANNOTATIONS } from '../../src/api/names.ts';
import { Redacted } from '../../src/credentials.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import type { LogiEmulator } from '../emulators/logi.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../emulators/logto/console.ts';
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

type Data = Readonly<Record<string, Redacted>>;

const Secret = z.object({ data: z.record(z.string(), z.string()) });

/** Shows what the operator does, one sample after the other. @throws Error when something is not as it should be */
export async function tour(setting: Setting, screen: Screen): Promise<void> {
  screen.step('A provider object says where to register and with whose API key');
  await applyLogi(setting, screen);

  screen.step('A confidential web client: the Secret gets an id and a secret');
  await applyAndAwait('web', 'web-shop', setting, screen);
  await showSecret('web-shop-oauth', setting, screen);

  screen.step('A public native client: the Secret gets an id, and nothing that an app on a phone could not keep');
  await applyAndAwait('native', 'native-shop', setting, screen);
  await showSecret('native-shop-oauth', setting, screen);

  screen.step('A rotation, on request: logi ends the former secret when it issues the new one');
  await rotateAtLogi('web-shop', setting, screen);

  screen.step('A second provider, Logto, and a client there');
  await applyLogto(setting, screen);
  await applyAndAwait('logto/web', 'club', setting, screen);

  screen.step('A rotation without a gap: Logto lets both secrets work');
  const former = await rotateAtLogto('club', setting, screen);

  screen.step('The former secret is deleted after spec.rotation.overlap, or now, on request');
  await retireAtLogto('club', former, setting, screen);

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

async function applyLogi(setting: Setting, screen: Screen): Promise<void> {
  const { logi } = setting;
  await applyProvider('provider.yaml', 'logi', setting, screen, (document) => {
    if (document.get('kind') === 'Secret') document.setIn(['stringData', 'apiKey'], DEFAULT_KEY);
    else document.setIn(['spec', 'logi', 'apiUrl'], logi.url);
  });
}

async function applyLogto(setting: Setting, screen: Screen): Promise<void> {
  const { logto } = setting;
  await applyProvider('logto/provider.yaml', 'logto', setting, screen, (document) => {
    if (document.get('kind') === 'Secret') {
      document.set('stringData', { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET });
    } else document.setIn(['spec', 'logto', 'endpoint'], logto.url);
  });
}

/** `adapt` makes each object of the sample lead to an emulator. */
async function applyProvider(
  sample: string,
  name: string,
  { plane, kubeconfig, ...setting }: Setting,
  screen: Screen,
  adapt: (document: Document.Parsed) => void,
): Promise<void> {
  const file = `${SAMPLES}/${sample}`;
  screen.command(`kubectl apply -f ${file}`);
  screen.say('with the address of the emulator, and credentials that it knows');
  const documents = parseAllDocuments(await readFile(join(ROOT, file), 'utf8'));
  for (const document of documents) adapt(document);
  const stdin = documents.map(String).join('---\n');
  screen.say(succeeded(await plane.kubectl(['apply', '-f', '-'], { stdin, kubeconfig })));
  await awaitCondition(`oap/${name}`, { plane, kubeconfig, ...setting }, screen);
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
    screen.say(`    ${key.padEnd(22)} ${value.reveal().length} characters`);
  }
}

async function rotateAtLogi(name: string, setting: Setting, screen: Screen): Promise<void> {
  const secretName = `${name}-oauth`;
  const before = await secretData(secretName, setting);
  await ask(name, 'rotate', setting, screen);

  const after = await secretData(secretName, setting);
  if (logsIn(setting.logi, before)) throw new Error('the former secret still logs in');
  if (!logsIn(setting.logi, after)) throw new Error(`the value in Secret ${secretName} does not log in`);
  screen.done(`the new value is in Secret ${secretName} and logs in; the former one no longer does`);
}

/** Returns the credentials that were in the Secret before. */
async function rotateAtLogto(name: string, setting: Setting, screen: Screen): Promise<Data> {
  const secretName = `${name}-oauth`;
  const before = await secretData(secretName, setting);
  await ask(name, 'rotate', setting, screen);

  await showSecret(secretName, setting, screen);
  const after = await secretData(secretName, setting);
  if (!logsIn(setting.logto, after)) throw new Error(`the value in Secret ${secretName} does not log in`);
  if (!logsIn(setting.logto, before)) throw new Error('the former secret does not log in any more');
  screen.done('client_secret logs in, and previous_client_secret still does');
  await awaited(`oaa/${name}`, '{.status.rotation.retiring[0].waitingFor}', setting);
  const message = '-o=jsonpath={.status.conditions[?(@.type=="Ready")].message}';
  screen.say(succeeded(await shown(['get', 'oaa', name, message], setting, screen)));
  return before;
}

async function retireAtLogto(name: string, former: Data, setting: Setting, screen: Screen): Promise<void> {
  await ask(name, 'retire', setting, screen);

  if (logsIn(setting.logto, former)) throw new Error('the former secret still logs in');
  if (!logsIn(setting.logto, await secretData(`${name}-oauth`, setting))) {
    throw new Error('the new secret does not log in any more');
  }
  screen.done('client_secret logs in as before, and the former one no longer does');
}

const REQUESTS = {
  rotate: ANNOTATIONS.rotateRequestedAt,
  retire: ANNOTATIONS.retireRequestedAt,
} as const;

/** Sets the annotation that asks for something, and waits until it is served. */
async function ask(name: string, what: keyof typeof REQUESTS, setting: Setting, screen: Screen): Promise<void> {
  const token = new Date().toISOString();
  screen.say(succeeded(await shown(['annotate', 'oaa', name, `${REQUESTS[what]}=${token}`], setting, screen)));
  await awaited(`oaa/${name}`, `{.status.served.${what}}=${token}`, setting);
}

/** Resolves when this is there, or has this value. @throws Error with what the object says of itself */
async function awaited(object: string, jsonPath: string, setting: Setting): Promise<void> {
  const { code, stderr } = await setting.plane.kubectl(['wait', `--for=jsonpath=${jsonPath}`, object, WITHIN], setting);
  if (code !== 0) throw new Error(await explained(object, stderr, setting));
}

async function showRefusal(setting: Setting, screen: Screen): Promise<void> {
  const { code, stderr } = await shown(['apply', '-f', `${SAMPLES}/refused.yaml`], setting, screen);
  if (code === 0) throw new Error(`the API server accepted ${SAMPLES}/refused.yaml`);
  screen.say(stderr.trim());
}

function shown(args: readonly string[], { plane, kubeconfig }: Setting, screen: Screen): Promise<KubectlResult> {
  screen.command(['kubectl', ...args].map(quoted).join(' '));
  const paths = args.map((word) => (word.startsWith(SAMPLES) ? join(ROOT, word) : word));
  return plane.kubectl(paths, { kubeconfig });
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

async function secretData(name: string, { plane, kubeconfig }: Setting): Promise<Data> {
  const { data } = Secret.parse(
    JSON.parse(succeeded(await plane.kubectl(['get', 'secret', name, '-o', 'json'], { kubeconfig }))),
  );
  const decoded = Object.entries(data).map(([key, text]) => [key, new Redacted(atob(text))] as const);
  return Object.fromEntries(decoded);
}

function logsIn(emulator: Pick<LogiEmulator, 'logsIn'>, data: Data): boolean {
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
