import { expect, test } from 'vitest';
import { ANNOTATIONS, FINALIZERS } from '../../src/api/names.ts';
import { groundOf } from '../../src/application/access/ground.ts';
import type { Ports } from '../../src/application/ports/ports.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { calls, MINUTE, type Operator, type World, world } from './world.ts';

/** Another organization's key, which sees none of what the first one sees. */
const STRANGER = { token: 'lpa_pat_stranger', organization: 'elsewhere' };

/** A provider that was served, with registered applications of these names. */
async function served(...names: readonly string[]) {
  const here = await world();
  await here.operator().pass();
  for (const name of names) await here.registered(name);
  const operator = here.operator();
  await operator.pass();
  operator.queued();
  operator.renewed.splice(0);
  return { here, operator };
}

function vanish({ emulator }: World, count: number): void {
  for (const { id } of emulator.applications().slice(0, count)) emulator.vanish(id);
}

/** What an application has to say of its provider. */
function view(operator: Operator) {
  const found = operator.find();
  return found.type === 'unready' ? { type: found.type, message: found.message } : found.type;
}

test('takes a provider into service: finalizer, claim, listing, facts, and says so', async () => {
  const here = await world();
  await here.registered('shop');
  const operator = here.operator();

  const { outcome, provider, ready, reason } = await operator.pass();

  expect({ outcome, ready, reason }).toEqual({
    outcome: { type: 'again', afterMs: 10 * MINUTE },
    ready: 'True',
    reason: 'Reached',
  });
  expect(provider.metadata.finalizers).toEqual([FINALIZERS.inUse]);
  expect(provider.status).toMatchObject({
    observedGeneration: 1,
    identity: here.identity(),
    servedBy: { installation: 'ours', cluster: 'here', lease: 'oauthapp-system/oauthapp-operator' },
    applications: 1,
    capabilities: [
      'ownerMark:none',
      'secrets:shown-once',
      'rotation:immediate',
      'listing:complete',
      'creates:one-at-a-time',
    ],
    lastInventory: { at: '2026-06-01T12:02:00.000Z', registrations: 1 },
  });
  expect(provider.status?.conditions?.map(({ type }) => type)).toEqual(['Ready']);
  expect(JSON.stringify(provider)).not.toContain('lpa_pat');
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);
});

test('says that it is being looked at before the first answer, or a tool would take it for healthy', async () => {
  const here = await world();
  const hold = here.emulator.fault({ operation: 'list', type: 'hold', when: 'before' });
  const pass = here.operator().pass();
  await hold.hit;
  const { status } = await here.provider();
  expect(status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
    'Ready Progressing',
    'Reconciling Progressing',
  ]);
  hold.release();
  expect((await pass).ready).toBe('True');
});

test('costs one call per interval, however often it is looked at', async () => {
  const { here, operator } = await served('shop');
  const before = await here.provider();
  const listed = calls(here, 'list');

  for (let pass = 0; pass < 5; pass += 1) await operator.pass();
  await here.clock.advance(9 * MINUTE);
  const { outcome, provider } = await operator.pass();
  expect(calls(here, 'list')).toBe(listed);
  expect(outcome).toEqual({ type: 'again', afterMs: MINUTE });
  expect(provider.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  expect(operator.queued()).toEqual([]);

  await here.clock.advance(MINUTE);
  await operator.pass();
  expect(calls(here, 'list')).toBe(listed + 1);
});

test('keeps the count of its applications right without a call', async () => {
  const { here, operator } = await served('shop');
  const listed = calls(here, 'list');
  await here.application('second');
  expect((await operator.pass()).provider.status?.applications).toBe(2);

  await here.removeApplication('shop');

  expect((await operator.pass()).provider.status?.applications).toBe(1);
  expect(calls(here, 'list')).toBe(listed);
});

test('asks for passes over those applications alone whose registrations have changed', async () => {
  const { here, operator } = await served('still', 'drifted', 'suspended', 'gone');
  const [, drifted, suspended, gone] = here.emulator.applications();
  here.emulator.edit(drifted?.id ?? 0, { redirectUris: ['https://elsewhere.example.com/cb'] });
  here.emulator.suspend(suspended?.id ?? 0);
  here.emulator.vanish(gone?.id ?? 0);

  await here.clock.advance(10 * MINUTE);
  const { ready } = await operator.pass();

  expect(ready).toBe('True');
  expect(operator.queued()).toEqual(['drifted', 'gone', 'suspended'].map((name) => `${here.namespace}/${name}`));
  expect(operator.renewed).toEqual([]);
});

test('asks once for a pass over what differs in a listing, and leaves its pauses to it', async () => {
  const { here, operator } = await served('drifted', 'edited');
  const [drifted] = here.emulator.applications();
  here.emulator.edit(drifted?.id ?? 0, { redirectUris: ['https://elsewhere.example.com/cb'] });
  await here.clock.advance(10 * MINUTE);
  await operator.pass();
  expect(operator.queued()).toEqual([`${here.namespace}/drifted`]);

  // Its pass may have failed since. Others that come and go make no difference to that.
  await here.application('new');
  await operator.pass();
  expect(operator.queued()).toEqual([]);

  const edited = { resource: OAUTH_APPLICATIONS, namespace: here.namespace, name: 'edited' };
  const spec = { redirectUris: ['https://new.example.com/cb'] };
  await here.client.patch(edited, { type: 'merge', body: { spec } }, {}, here.signal);
  await operator.pass();
  expect(operator.queued(), 'what differs since').toEqual([`${here.namespace}/edited`]);

  await here.clock.advance(10 * MINUTE);
  await operator.pass();
  expect(operator.queued(), 'what still differs in the next one').toEqual(
    ['drifted', 'edited'].map((name) => `${here.namespace}/${name}`),
  );
});

test.each<[why: string, spoil: (here: World) => Promise<void> | void, reason: string, message: string]>([
  [
    'there is no Secret',
    (here) => here.setKey(undefined),
    'CredentialsNotFound',
    'spec.logi.apiKeySecretRef: there is no Secret logi',
  ],
  ['the value is empty', (here) => here.setKey(' \n'), 'CredentialsKeyMissing', 'has no value under apiKey'],
  ['the key is wrong', (here) => here.setKey('lpa_pat_wrong'), 'Unauthorized', ''],
  [
    'it asks for what this install cannot see',
    (here) => here.patch({ spec: { access: [{ namespaces: { selector: { matchLabels: { team: 'shop' } } } }] } }),
    'UnsupportedByInstall',
    'cannot read labels of namespaces',
  ],
])('says what stands in the way when %s, and heals', async (_, spoil, reason, message) => {
  const here = await world();
  const { spec } = await here.provider();
  await spoil(here);
  const operator = here.operator();

  const spoilt = await operator.pass();
  expect({ ready: spoilt.ready, reason: spoilt.reason }).toEqual({ ready: 'False', reason });
  expect(spoilt.message).toContain(message);
  expect(spoilt.provider.status?.conditions?.map(({ type }) => type)).toEqual(['Ready', 'Stalled']);
  expect(view(operator)).toMatchObject({ type: 'unready', message: spoilt.message });
  expect(JSON.stringify(spoilt.provider)).not.toContain('lpa_pat');

  await here.patch({ spec: { access: null, logi: spec.logi } });
  await here.restoreKey();
  expect((await operator.pass()).reason).toBe('Reached');
  expect(view(operator)).toBe('ready');
});

test('says nothing of a provider that it has not looked at yet', async () => {
  const here = await world();

  expect(here.operator().find()).toMatchObject({ type: 'missing' });
});

test('waits as long as the provider asks for, tells so, and heals', async () => {
  const { here, operator } = await served('shop');
  here.emulator.fault({
    operation: 'list',
    when: 'before',
    type: 'status',
    status: 429,
    headers: { 'retry-after': '30' },
  });
  await here.clock.advance(10 * MINUTE);

  const throttled = await operator.pass();
  expect({ ready: throttled.ready, reason: throttled.reason }).toEqual({ ready: 'False', reason: 'Throttled' });
  expect(throttled.provider.status?.conditions?.map(({ type }) => type)).toEqual(['Ready', 'Reconciling']);
  expect(throttled.outcome).toEqual({ type: 'again', afterMs: 30_000 });
  expect(view(operator)).toMatchObject({ type: 'unready' });
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);
  expect(operator.renewed).toEqual([]);
  const listed = calls(here, 'list');

  await here.clock.advance(20_000);
  const early = await operator.pass();
  expect(operator.queued()).toEqual([]);
  expect(early.outcome.type).toBe('again');
  expect(early.reason).toBe('Throttled');
  expect(calls(here, 'list')).toBe(listed);

  await here.clock.advance(11_000);
  expect((await operator.pass()).reason).toBe('Reached');
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);
  expect(operator.renewed, 'what it failed for while the provider was away is over').toEqual([
    `${here.namespace}/shop`,
  ]);
});

test.each<
  [
    why: string,
    distortion:
      | { readonly type: 'reset' }
      | { readonly type: 'status'; readonly status: number }
      | { readonly type: 'garbage' },
    reason: string,
  ]
>([
  ['cannot be reached', { type: 'reset' }, 'ProviderUnavailable'],
  ['cannot serve', { type: 'status', status: 503 }, 'ProviderUnavailable'],
  ['talks nonsense', { type: 'garbage' }, 'MalformedAnswer'],
])('backs off while the provider %s, and believes nothing of what it says', async (_, distortion, reason) => {
  const { here, operator } = await served('shop');
  here.emulator.fault({ operation: 'list', when: 'before', ...distortion });
  await here.clock.advance(10 * MINUTE);

  const away = await operator.pass();

  expect({ outcome: away.outcome, reason: away.reason }).toEqual({ outcome: { type: 'back-off' }, reason });
  expect(operator.queued()).toEqual([`${here.namespace}/shop`]);
  expect(operator.session().known(String(here.emulator.applications()[0]?.id))).toBeDefined();
  expect((await operator.pass()).reason).toBe('Reached');
});

test('leaves what is at rest alone while the provider is throttled, and lets the others wait', async () => {
  const { here, operator } = await served();
  const message = 'The client and its Secret match the spec';
  const part = { observedGeneration: 1, lastTransitionTime: '2026-06-01T12:00:00Z', message };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'InSync', ...part }] as const;
  const atRest = await here.application('rests', { observedGeneration: 1, conditions });
  const waiting = await here.application('waits');
  here.emulator.fault({ operation: 'list', when: 'before', type: 'status', status: 429 });
  await here.clock.advance(10 * MINUTE);
  await operator.pass();

  // Nothing but the provider, the Secret's metadata and the time is looked at before a pass has ground to stand on.
  const ports = {
    providers: { find: operator.find },
    secrets: { head: () => undefined },
    clusterTime: () => here.clock.now(),
  } as unknown as Ports;

  expect(groundOf(atRest, ports)).toEqual({ type: 'none', standing: { type: 'undisturbed' } });
  expect(groundOf(waiting, ports)).toMatchObject({ standing: { type: 'waiting', reason: 'ProviderNotReady' } });
});

test('re-registers nothing when many are missing, until a person says that they are gone', async () => {
  const { here, operator } = await served('a', 'b', 'c', 'd');
  vanish(here, 3);
  await here.clock.advance(10 * MINUTE);

  const missing = await operator.pass();
  expect({ ready: missing.ready, reason: missing.reason }).toEqual({ ready: 'False', reason: 'MassDisappearance' });
  expect(missing.message).toContain(ANNOTATIONS.confirmDisappearance);
  expect(operator.ready().brake()).toBe('mass-disappearance');
  expect(operator.woken, 'no pass but that one').toEqual([]);

  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'yes' } } });
  operator.queued();
  expect((await operator.pass()).reason).toBe('Reached');
  expect(operator.ready().brake()).toBe('off');
  expect(operator.queued()).toEqual(['a', 'b', 'c'].map((name) => `${here.namespace}/${name}`));
});

test('B1: tells of many that are missing when the listing of an application shows it, and looks until they are back', async () => {
  const { here, operator } = await served('a', 'b', 'c');
  vanish(here, 3);
  await here.clock.advance(MINUTE);
  const claimant = { key: `${here.namespace}/a`, namespace: here.namespace, urgency: 'drift' } as const;
  const look = async () => {
    await operator.session().listing(here.clock.monotonic(), claimant, here.signal);
    return operator.woken.splice(0);
  };

  expect(await look()).toEqual([`OAuthProvider ${here.namespace}/logi`]);
  await here.clock.advance(1);
  expect(await look(), 'once').toEqual([]);
  expect((await operator.pass()).reason).toBe('MassDisappearance');

  for (const { id } of here.emulator.applications()) here.emulator.reappear(id);
  await here.clock.advance(1);
  expect((await operator.pass()).reason).toBe('Reached');
  expect(operator.ready().brake()).toBe('off');
});

test('lets registrations that many miss come back by themselves', async () => {
  const { here, operator } = await served('a', 'b', 'c');
  vanish(here, 3);
  await here.clock.advance(10 * MINUTE);
  expect((await operator.pass()).reason).toBe('MassDisappearance');
  operator.queued();

  for (const { id } of here.emulator.applications()) here.emulator.reappear(id);
  await here.clock.advance(MINUTE);

  expect((await operator.pass()).reason).toBe('Reached');
  expect(operator.ready().brake()).toBe('off');
  expect(operator.queued(), 'who waits for it').toEqual(['a', 'b', 'c'].map((name) => `${here.namespace}/${name}`));

  await operator.pass();
  expect(operator.queued(), 'once').toEqual([]);
  expect(operator.renewed, 'whose pauses begin anew').toEqual(
    ['a', 'b', 'c'].map((name) => `${here.namespace}/${name}`),
  );
});

test('takes a confirmed disappearance for one, and asks again at the next', async () => {
  const { here, operator } = await served('a', 'b', 'c', 'd', 'e', 'f');
  vanish(here, 3);
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'monday' } } });
  await here.clock.advance(10 * MINUTE);
  const confirmed = await operator.pass();
  expect(confirmed.reason).toBe('Reached');
  expect(confirmed.provider.status?.served).toEqual({ 'disappearance-covers': '3 monday' });

  for (const name of ['a', 'b', 'c']) await here.removeApplication(name);
  const { provider } = await operator.pass();
  expect(provider.status?.served).toEqual({ 'confirm-disappearance': 'monday' });

  vanish(here, 6);
  await here.clock.advance(10 * MINUTE);
  expect((await operator.pass()).reason).toBe('MassDisappearance');
  expect((await here.operator().pass()).reason).toBe('MassDisappearance');
  expect(operator.ready().brake()).toBe('mass-disappearance');

  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'tuesday' } } });
  expect((await operator.pass()).reason).toBe('Reached');
});

test('asks again when more are missing than were confirmed, though those stay missing', async () => {
  const { here, operator } = await served('a', 'b', 'c', 'd', 'e', 'f');
  vanish(here, 3);
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'monday' } } });
  await here.clock.advance(10 * MINUTE);
  expect((await operator.pass()).reason).toBe('Reached');

  vanish(here, 6);
  await here.clock.advance(10 * MINUTE);
  for (const each of [operator, here.operator()]) {
    expect((await each.pass()).reason).toBe('MassDisappearance');
    expect(each.ready().brake()).toBe('mass-disappearance');
  }

  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'tuesday' } } });
  const { reason, provider } = await operator.pass();
  expect([reason, provider.status?.served]).toEqual(['Reached', { 'disappearance-covers': '6 tuesday' }]);
  expect(operator.ready().brake()).toBe('off');
});

test('asks again when others are missing by the time that some of those confirmed are back', async () => {
  const { here, operator } = await served('a', 'b', 'c', 'd', 'e', 'f', 'g');
  vanish(here, 4);
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'monday' } } });
  await here.clock.advance(10 * MINUTE);
  await operator.pass();
  const [first, , , , ...others] = here.emulator.applications();
  here.emulator.reappear(first?.id ?? 0);
  await here.clock.advance(10 * MINUTE);
  expect((await operator.pass()).provider.status?.served).toEqual({ 'disappearance-covers': '3 monday' });

  for (const { id } of others.slice(0, 1)) here.emulator.vanish(id);
  await here.clock.advance(10 * MINUTE);
  expect((await operator.pass()).reason).toBe('MassDisappearance');
});

test('does not take a confirmation that was there before for the answer to a later question', async () => {
  const { here, operator } = await served('a', 'b', 'c');
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmDisappearance]: 'early' } } });
  await operator.pass();

  vanish(here, 3);
  await here.clock.advance(10 * MINUTE);

  expect((await operator.pass()).reason).toBe('MassDisappearance');
});

test('goes by no listing of which it is not known yet how much is missing', async () => {
  const { here, operator } = await served('a', 'b', 'c');
  vanish(here, 3);
  await here.clock.advance(10 * MINUTE);
  operator.namespaces = 'unavailable';
  await expect(operator.pass()).rejects.toThrow('away');
  operator.namespaces = 'known';

  expect((await operator.pass()).reason).toBe('MassDisappearance');
  expect(operator.ready().brake()).toBe('mass-disappearance');
});

test('sees a mass disappearance from the first listing of a new process on', async () => {
  const { here } = await served('a', 'b', 'c');
  vanish(here, 3);
  const operator = here.operator();

  expect((await operator.pass()).reason).toBe('MassDisappearance');
  expect(operator.ready().brake()).toBe('mass-disappearance');
});

test('takes new credentials that see the same registrations', async () => {
  const { here, operator } = await served('shop');
  here.emulator.addKey({ token: 'lpa_pat_new' });
  const { fingerprint } = (await here.provider()).status?.credentials ?? {};
  await here.setKey('lpa_pat_new');

  const { reason, provider } = await operator.pass();

  expect(reason).toBe('Reached');
  expect(provider.status?.credentials?.fingerprint).not.toBe(fingerprint);
});

test('does not use new credentials that see none of the registrations, until a person confirms them', async () => {
  const { here, operator } = await served('shop');
  here.emulator.addKey(STRANGER);
  await here.setKey(STRANGER.token);
  const identity = here.identity();

  const doubted = await operator.pass();
  expect({ ready: doubted.ready, reason: doubted.reason }).toEqual({ ready: 'False', reason: 'IdentityChanged' });
  expect(doubted.message).toContain(`${ANNOTATIONS.confirmIdentity} to ${identity}`);
  expect(view(operator)).toMatchObject({ type: 'unready' });
  expect((await here.operator().pass()).reason).toBe('IdentityChanged');

  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: 'another' } } });
  expect((await operator.pass()).reason).toBe('IdentityChanged');

  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } } });
  const confirmed = await operator.pass();
  expect(confirmed.reason).toBe('Reached');
  expect(confirmed.provider.status?.served).toEqual({ 'confirm-identity': identity, 'confirm-credentials': identity });
});

test('asks a person, too, where nothing tells which credentials saw registrations of which none is there', async () => {
  const { here } = await served('shop');
  const { credentials: _, ...status } = (await here.provider()).status ?? {};
  await here.writeStatus(status);
  vanish(here, 1);

  const { reason, message } = await here.operator().pass();

  expect(reason).toBe('IdentityChanged');
  expect(message).toMatch(/^The status does not say with which credentials/);
  expect(message).toContain(`${ANNOTATIONS.confirmIdentity} to ${here.identity()}`);
});

test('goes back to the former credentials without being asked', async () => {
  const { here, operator } = await served('shop');
  here.emulator.addKey(STRANGER);
  await here.setKey(STRANGER.token);
  await operator.pass();

  await here.restoreKey();

  expect((await operator.pass()).reason).toBe('Reached');
});

test('asks anew for the next change of credentials', async () => {
  const { here, operator } = await served('shop');
  here.emulator.addKey(STRANGER);
  here.emulator.addKey({ token: 'lpa_pat_third', organization: 'third' });
  const identity = here.identity();
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } } });
  await operator.pass();
  await here.setKey(STRANGER.token);
  expect((await operator.pass()).reason).toBe('IdentityChanged');

  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: null } } });
  await operator.pass();
  await here.patch({ metadata: { annotations: { [ANNOTATIONS.confirmIdentity]: identity } } });
  expect((await operator.pass()).reason).toBe('Reached');
});

test('does not follow its spec away from where its applications are registered', async () => {
  const { here, operator } = await served('shop');
  const other = await world();
  const before = await here.provider();

  await here.patch({ spec: { logi: { apiUrl: other.emulator.url } } });
  const changed = await operator.pass();

  expect({ ready: changed.ready, reason: changed.reason }).toEqual({ ready: 'False', reason: 'IdentityChanged' });
  expect(changed.message).toContain(here.identity());
  expect(changed.message).toContain('set the former address again');
  expect(changed.message).toContain(`${ANNOTATIONS.confirmIdentity} to ${here.identity(other.emulator.url)}`);
  expect(changed.provider.status?.identity).toBe(before.status?.identity);
  expect(other.emulator.journal).toEqual([]);

  await here.patch({ spec: { logi: { apiUrl: here.emulator.url } } });
  expect((await operator.pass()).reason).toBe('Reached');
});

test('follows its spec where no application is registered yet', async () => {
  const { here, operator } = await served();
  const other = await world();
  await here.application('waits');

  await here.patch({ spec: { logi: { apiUrl: other.emulator.url } } });

  const { reason, provider } = await operator.pass();
  expect(reason).toBe('Reached');
  expect(provider.status?.identity).toBe(here.identity(other.emulator.url));
});

test('stays while an application has our finalizer, takes no new one, and goes with the last', async () => {
  const { here, operator } = await served();
  await here.application('shop', undefined, [FINALIZERS.registration]);
  await here.application('observer');
  await here.remove();

  const leaving = await operator.pass();
  expect({ ready: leaving.ready, reason: leaving.reason }).toEqual({ ready: 'False', reason: 'InUse' });
  expect(operator.ready().intake()).toBe('closed');

  await here.removeApplication('shop');
  expect((await operator.pass()).outcome).toEqual({ type: 'await-change' });
  await expect(here.provider()).rejects.toMatchObject({ status: 404 });
});

test('goes on with what it knows while it is deleted after its Secret was', async () => {
  const { here, operator } = await served();
  await here.application('shop', undefined, [FINALIZERS.registration]);
  await here.setKey(undefined);
  expect((await operator.pass()).reason).toBe('CredentialsNotFound');
  expect(await here.secret()).toBeUndefined();

  await here.remove();

  expect((await operator.pass()).reason).toBe('InUse');
  expect(view(operator)).toBe('ready');
  await here.removeApplication('shop');
});

test('lets an object go that never was in service', async () => {
  const here = await world();
  await here.setKey(undefined);
  const operator = here.operator();
  await operator.pass();

  await here.remove();

  await expect(here.provider()).rejects.toMatchObject({ status: 404 });
});
