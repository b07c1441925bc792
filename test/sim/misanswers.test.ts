import { onTestFinished, test } from 'vitest';
import { misanswerOf } from '../../dev/sim/api-calls.ts';
import type { Misanswer } from '../../dev/sim/blows.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { ApiError } from '../../src/kube/errors.ts';
import { type Ref, SECRETS } from '../../src/kube/resources.ts';
import { createClient } from '../../src/kube/rest-client.ts';
import type { Transport } from '../../src/kube/transport.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { clusterClient } from '../support/cluster-client.ts';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';
import { until } from '../support/until.ts';

/** What is refused, and has no effect. */
const CALLS = {
  create: (client, { namespace }, signal) =>
    client.create(SECRETS, { metadata: { name: 'new', namespace } }, {}, signal),
  rehearse: (client, { namespace }, signal) =>
    client.create(SECRETS, { metadata: { name: 'new', namespace } }, { dryRun: 'All' }, signal),
  merge: (client, held, signal) =>
    client.patch(held, { type: 'merge', body: { metadata: { labels: { l: '1' } } } }, {}, signal),
  delete: (client, held, signal) => client.delete(held, held, signal),
  get: (client, held, signal) => client.get(held, signal),
  list: (client, { namespace }, signal) => client.list(SECRETS, { namespace }, signal),
} as const satisfies Record<string, (client: KubeClient, held: Held, signal: AbortSignal) => Promise<unknown>>;

/** A Secret that is there. */
interface Held extends Ref {
  readonly uid: string;
}

type Call = keyof typeof CALLS;

const WRITES: readonly Call[] = ['rehearse', 'create', 'merge', 'delete'];
const ALL: readonly Call[] = [...WRITES, 'get', 'list'];

interface Case {
  readonly as: Misanswer;
  readonly because: string;
  /** The first of them tells when it has come about. */
  readonly calls: readonly Call[];
  /** What brings it about for a namespace, and there for its ServiceAccount `default`. */
  readonly manifests: (namespace: string) => readonly object[];
  /** Who asks. */
  readonly who: 'admin' | 'ServiceAccount' | 'nobody';
  /** How many do at once, of whom one at least is refused; 1 by default. */
  readonly askers?: number | undefined;
}

const plane = sharedControlPlane();

test.for<Case>([
  { as: 'full', because: 'a quota is used up', calls: ['rehearse', 'create'], manifests: quota, who: 'admin' },
  { as: 'denied', because: 'a policy forbids it', calls: WRITES, manifests: policy('Forbidden'), who: 'admin' },
  {
    as: 'unprocessable',
    because: 'a policy calls it invalid, as it does where it says nothing else',
    calls: WRITES,
    manifests: policy(undefined),
    who: 'admin',
  },
  { as: 'failed', because: 'a webhook is away', calls: WRITES, manifests: webhook, who: 'admin' },
  { as: 'forbidden', because: 'no role gives the right', calls: ALL, manifests: () => [], who: 'ServiceAccount' },
  { as: 'unauthorized', because: 'nobody has the token', calls: ALL, manifests: () => [], who: 'nobody' },
  {
    as: 'throttled',
    because: 'too many ask at once',
    calls: ['create', 'list'],
    manifests: oneSeat,
    who: 'ServiceAccount',
    askers: 50,
  },
])('a real API server answers as $as where $because', async ({ as, calls, manifests, who, askers }, { expect }) => {
  const namespace = await freshNamespace();
  const held = await heldIn(namespace);
  const { direct, signal } = await clusterClient(await tokenOf(who, namespace));
  await installed(manifests(namespace));
  const real = clientOver(direct);
  const simulated = clientOver(misanswering(as));

  for (const call of calls) {
    const asked = (client: KubeClient) => refusal(() => CALLS[call](client, held, signal));
    const imitated = await asked(simulated);
    const found = await until(
      `${call} is refused`,
      () => Promise.all(Array.from({ length: askers ?? 1 }, () => asked(real))),
      (answers) => answers.some((answer) => answer?.status === imitated?.status),
    );
    expect(found, call).toContainEqual(imitated);
  }
});

/** All that the operator hears of a refusal; `undefined`: it was none. */
async function refusal(ask: () => Promise<unknown>) {
  const error: unknown = await ask().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return undefined;
  if (!(error instanceof ApiError)) throw error;
  const { message, status, reason, causes, retryAfterMs } = error;
  return { message, status, reason, causes, retryAfterMs };
}

function clientOver(transport: Transport): KubeClient {
  return createClient({ transport, clock: systemClock, fieldManager: 'oauthapp-operator' });
}

function misanswering(as: Misanswer): Transport {
  return {
    call: () => Promise.resolve(misanswerOf(as, undefined)),
    stream: () => Promise.reject(new RangeError('nobody watches')),
  };
}

async function tokenOf(who: Case['who'], namespace: string): Promise<string> {
  switch (who) {
    case 'admin':
      return plane.adminToken;
    case 'ServiceAccount':
      return plane.serviceAccountToken(namespace, 'default');
    case 'nobody':
      return 'nobody';
  }
}

async function heldIn(namespace: string): Promise<Held> {
  const { client, signal } = await clusterClient();
  const { metadata } = await client.create(SECRETS, { metadata: { name: 'held', namespace } }, {}, signal);
  return { resource: SECRETS, namespace, name: metadata.name, uid: metadata.uid };
}

/** Until the test has ended. */
async function installed(items: readonly object[]): Promise<void> {
  if (items.length === 0) return;
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  onTestFinished(async () => void (await plane.kubectl(['delete', '-f', '-', '--ignore-not-found'], { stdin })));
  const { code, stderr } = await plane.kubectl(['create', '-f', '-'], { stdin });
  if (code !== 0) throw new Error(stderr);
}

function quota(namespace: string): readonly object[] {
  const hard = { 'count/secrets': '1' };
  return [{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'one', namespace }, spec: { hard } }];
}

/** By no words of this kind is anything valid. */
function policy(reason: string | undefined): (namespace: string) => readonly object[] {
  return (name) => {
    const resourceRules = [{ ...SECRETS_RULE, operations: ['CREATE', 'UPDATE', 'DELETE'] }];
    const matchConstraints = { namespaceSelector: only(name), resourceRules };
    const validations = [{ expression: 'false', reason }];
    const apiVersion = 'admissionregistration.k8s.io/v1';
    return [
      { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec: { matchConstraints, validations } },
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: { policyName: name, validationActions: ['Deny'] },
      },
    ];
  };
}

/** Nothing listens there. */
function webhook(name: string): readonly object[] {
  const called = {
    name: 'away.example.com',
    clientConfig: { url: 'https://127.0.0.1:1/' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    namespaceSelector: only(name),
    rules: [{ ...SECRETS_RULE, operations: ['*'] }],
  };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return [{ apiVersion, kind: 'ValidatingWebhookConfiguration', metadata: { name }, webhooks: [called] }];
}

/** A level of priority that has no seat: one is served at a time all the same. */
function oneSeat(namespace: string): readonly object[] {
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
  const metadata = { name: namespace };
  const noSeat = { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } };
  const subjects = [{ kind: 'ServiceAccount', serviceAccount: { namespace, name: 'default' } }];
  const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }];
  const flow = { priorityLevelConfiguration: metadata, matchingPrecedence: 2, rules: [{ subjects, resourceRules }] };
  return [
    { apiVersion, kind: 'PriorityLevelConfiguration', metadata, spec: { type: 'Limited', limited: noSeat } },
    { apiVersion, kind: 'FlowSchema', metadata, spec: flow },
  ];
}

const SECRETS_RULE = { apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'] };

function only(namespace: string) {
  return { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
}
