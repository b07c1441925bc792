import { expect, test } from 'vitest';
import { Postponed } from '../../src/application/ports/errors.ts';
import type { Reservation } from '../../src/application/ports/provider.ts';
import { Redacted } from '../../src/credentials.ts';
import { birthOf } from '../support/registrations.ts';
import { calls, MINUTE, type Operator, type World, world } from './world.ts';

const SIGNAL = new AbortController().signal;
const WANTED = {
  name: 'Shop',
  type: 'Web',
  redirectUris: ['https://a.example.com/cb'],
  options: { scopes: ['openid'] },
} as const;
const claimant = (name: string) => ({ key: `shop/${name}`, namespace: 'shop', urgency: 'new', asked: 'once' }) as const;

/** An open session in a world where two creates an hour are allowed. */
async function opened() {
  const here = await world({ spec: { limits: { createsPerHour: 2, requestsPerMinute: 1000 } } });
  const operator = here.operator();
  await operator.pass();
  const session = operator.session();
  const create = async (name: string, within: Operator = operator) => {
    const reservation = await within.session().reserveCreate(claimant(name), SIGNAL);
    return within.session().register(reservation, birthOf(name), WANTED, here.clock.monotonic() + 10_000, SIGNAL);
  };
  return { here, operator, session, create };
}

async function held(call: Promise<unknown>): Promise<Postponed> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Postponed)) throw new Error('it was not held back');
  return error;
}

test('stores what is spent before the create is called, and shows when the next can be had', async () => {
  const { here, operator, create } = await opened();
  await create('a');
  const reservation = await operator.session().reserveCreate(claimant('b'), SIGNAL);

  const { budget } = (await here.provider()).status ?? {};
  expect(budget?.spent).toEqual([{ slot: '2026-06-01T12:00:00.000Z', creates: 2 }]);
  expect(budget?.nextCreateAt).toBe('2026-06-01T13:05:00.000Z');
  expect(calls(here, 'create')).toBe(1);
  reservation.giveBack();
});

test('shows no time any more once a create can be had again', async () => {
  const { here, operator, create } = await opened();
  await create('a');
  await create('b');
  await here.clock.advance(9 * MINUTE);
  expect((await operator.pass()).provider.status?.budget?.nextCreateAt).toBe('2026-06-01T13:05:00.000Z');

  await here.clock.advance(55 * MINUTE);

  const { provider } = await operator.pass();
  expect(provider.status?.budget?.nextCreateAt).toBeUndefined();
});

test('looks again when the next create can be had, if that is before the next listing', async () => {
  const { here, operator, create } = await opened();
  await create('a');
  await create('b');
  await here.clock.advance(60 * MINUTE);
  await operator.pass();

  const { outcome } = await operator.pass();

  expect(outcome).toEqual({ type: 'again', afterMs: 3 * MINUTE });
});

test.each([10, -10])(
  'knows when that is by its own clock, with that of the API server %i min ahead',
  async (minutes) => {
    const { here, operator, create } = await opened();
    operator.aheadMs = minutes * MINUTE;
    await create('a');
    await create('b');
    await here.clock.advance(60 * MINUTE);
    await operator.pass();

    expect((await operator.pass()).outcome).toEqual({ type: 'again', afterMs: 3 * MINUTE });
  },
);

test.each<[what: string, change: (world: Awaited<ReturnType<typeof opened>>) => Promise<Operator>]>([
  [
    'a restart',
    async ({ here }) => {
      const restarted = here.operator();
      await restarted.pass();
      return restarted;
    },
  ],
  [
    'a change of credentials',
    async ({ here, operator }) => {
      here.emulator.addKey({ token: 'lpa_pat_new' });
      await here.setKey('lpa_pat_new');
      await operator.pass();
      return operator;
    },
  ],
  [
    'a change of the spec',
    async ({ here, operator }) => {
      await here.patch({ spec: { resyncInterval: '20m' } });
      await operator.pass();
      return operator;
    },
  ],
])('remembers what was spent after %s', async (_, change) => {
  const before = await opened();
  await before.create('a');
  await before.create('b');

  const after = await change(before);

  const { waitsFor, waitMs } = await held(after.session().reserveCreate(claimant('c'), SIGNAL));
  expect(waitsFor).toBe('create');
  expect(new Date(before.here.clock.now() + waitMs).toISOString()).toBe('2026-06-01T13:05:00.000Z');
});

test('gives a create back that could not be stored', async () => {
  const { here, operator, session } = await opened();
  const aborted = AbortSignal.abort(new Error('the pass is over'));

  await expect(session.reserveCreate(claimant('a'), aborted)).rejects.toThrow('the pass is over');

  expect(session.spent().spent).toEqual([]);
  const places: Reservation[] = [await session.reserveCreate(claimant('b'), SIGNAL)];
  for (const place of places) place.giveBack();
  expect(calls(here, 'create')).toBe(0);
  expect(operator.find().type).toBe('ready');
});

test.each([2_000, 0, -5])('sends nothing with %i ms left of the lease', async (lease) => {
  const { here, operator, session } = await opened();
  const reservation = session.reserveCall(claimant('a'));
  const made = here.emulator.journal.length;
  operator.lease = lease;

  expect((await held(session.get('1', claimant('a'), SIGNAL))).waitsFor).toBe('lease');
  expect((await held(session.reserveCreate(claimant('a'), SIGNAL))).waitsFor).toBe('lease');
  operator.lease = Math.min(lease, 1_000);
  const late = session.issueSecret(reservation, '1', 'k8s', here.clock.monotonic() + 10_000, SIGNAL);
  expect((await held(late)).waitsFor).toBe('lease');
  expect(here.emulator.journal).toHaveLength(made);
});

test('ends a call a second before the lease does', async () => {
  const { here, operator, session } = await opened();
  const fault = here.emulator.fault({ operation: 'show', when: 'before', type: 'timeout' });
  operator.lease = 5_000;

  const call = session.get('1', claimant('a'), SIGNAL);
  await fault.hit;
  await here.clock.advance(3_999);
  const early = await Promise.race([call.catch(() => 'over'), here.clock.settle().then(() => 'under way')]);
  await here.clock.advance(1);

  expect(early).toBe('under way');
  await expect(call).rejects.toMatchObject({ code: 'lost' });
});

test('does not start what was to be over by now', async () => {
  const { here, session } = await opened();
  const reservation = await session.reserveCreate(claimant('a'), SIGNAL);
  await here.clock.advance(5_000);

  const call = session.register(reservation, birthOf('a'), WANTED, here.clock.monotonic(), SIGNAL);

  expect((await held(call)).waitsFor).toBe('lease');
  expect(session.spent().spent).toEqual([]);
});

test('D5: sends nothing any more once the provider object is gone, though a place was reserved before', async () => {
  const { here, operator, session } = await opened();
  const reservation = await session.reserveCreate(claimant('a'), SIGNAL);
  await here.patch({ metadata: { finalizers: [] } });
  await here.remove();
  await expect(operator.pass()).rejects.toThrow('there is no provider object');

  const call = session.register(reservation, birthOf('a'), WANTED, here.clock.monotonic() + 10_000, SIGNAL);

  expect((await held(call)).waitsFor).toBe('lease');
  expect([calls(here, 'create'), session.spent().spent]).toEqual([0, []]);
});

test('asks the provider object for a pass when a create is throttled, so that it shows until when', async () => {
  const { here, operator, create } = await opened();
  const headers = { 'retry-after': '1800' };
  here.emulator.fault({ operation: 'create', when: 'before', type: 'status', status: 429, headers });

  await expect(create('a')).rejects.toMatchObject({ code: 'throttled' });
  expect(operator.woken).toContain(`OAuthProvider ${here.namespace}/logi`);

  const { provider, reason } = await operator.pass();
  expect(reason).toBe('Reached');
  expect(provider.status?.budget?.nextCreateAt).toBe('2026-06-01T12:32:00.000Z');
});

test.each(['0', 'Mon, 01 Jun 2026 11:00:00 GMT'])('backs off from 429s that all say %s', async (retryAfter) => {
  const { here, session } = await opened();
  const headers = { 'retry-after': retryAfter, date: 'Mon, 01 Jun 2026 12:00:00 GMT' };
  here.emulator.fault({ operation: 'show', when: 'before', type: 'status', status: 429, headers, times: 'always' });

  const pauses: number[] = [];
  for (let answer = 0; answer < 5; answer += 1) {
    await expect(session.get('1', claimant('a'), SIGNAL)).rejects.toMatchObject({
      details: { retryAfterMs: undefined },
    });
    const { waitMs } = await held(session.get('1', claimant('a'), SIGNAL));
    pauses.push(waitMs / 1_000);
    await here.clock.advance(waitMs);
  }

  expect(pauses).toEqual([1, 2, 4, 8, 16]);
});

const CREDENTIALS = { clientId: 'logi_1', clientSecret: new Redacted('logi_secret_right') };

test('a 429 to credentials that are tried leaves them unanswered, and lets nobody call for as long as it asks', async () => {
  const { here, operator, session } = await opened();
  const headers = { 'retry-after': '120' };
  here.emulator.fault({ operation: 'token', when: 'before', type: 'status', status: 429, headers });

  expect(await session.verify(CREDENTIALS, claimant('a'), SIGNAL)).toBe('unanswered');

  expect((await held(session.verify(CREDENTIALS, claimant('a'), SIGNAL))).waitMs).toBe(2 * MINUTE);
  expect((await held(session.get('1', claimant('b'), SIGNAL))).waitMs).toBe(2 * MINUTE);
  expect(operator.woken).toContain(`OAuthProvider ${here.namespace}/logi`);
});

test.each([
  ['is cut off', { type: 'reset' }],
  ['is refused by a server that fails', { type: 'status', status: 503 }],
  ['gets the page of a proxy', { type: 'html' }],
] as const)('a try of credentials that %s says nothing of them, nor that the provider is back', async (_, fault) => {
  const { here, session } = await opened();
  const away = { operation: 'show', when: 'before', type: 'status', status: 503, times: 'always' } as const;
  here.emulator.fault(away);
  for (let call = 0; call < 5; call += 1) {
    await expect(session.get('1', claimant('a'), SIGNAL)).rejects.toMatchObject({ code: 'unavailable' });
  }
  const { waitMs } = await held(session.get('1', claimant('a'), SIGNAL));
  await here.clock.advance(waitMs);
  here.emulator.fault({ ...fault, operation: 'token', when: 'before' });

  expect(await session.verify(CREDENTIALS, claimant('a'), SIGNAL)).toBe('unanswered');

  expect((await held(session.get('1', claimant('b'), SIGNAL))).waitMs).toBe(2 * waitMs);
});

test('tries a create again that a person stood in the way of, once the provider is in service again', async () => {
  const { here, operator, create } = await opened();
  const body = '{"error":"identity_verification_required"}';
  const answer = { when: 'before', type: 'status', status: 403, body } as const;
  here.emulator.fault({ operation: 'create', ...answer, headers: { 'retry-after': '14400' } });
  await expect(create('a')).rejects.toMatchObject({ code: 'needs-person' });
  await expect(create('a')).rejects.toMatchObject({ code: 'needs-person' });
  expect(calls(here, 'create')).toBe(1);

  here.emulator.fault({ operation: 'list', ...answer });
  await here.clock.advance(60 * MINUTE);
  expect((await operator.pass()).reason).toBe('NeedsPerson');
  expect((await operator.pass()).reason).toBe('Reached');

  await create('a');
  expect(calls(here, 'create')).toBe(2);
});

test('knows a registration from the answer that brought it, and forgets one that it removed', async () => {
  const { session, create } = await opened();

  const { registration } = await create('a');
  expect(session.known(registration.id)?.name).toBe('a');
  expect(session.named('a')).toHaveLength(1);
  expect(session.marked('shop', 'a'), 'logi stores no mark').toEqual([]);

  await session.update(registration, { ...WANTED, name: 'b' }, ['displayName'], claimant('a'), SIGNAL);
  expect([session.named('a').length, session.named('b').length]).toEqual([0, 1]);

  await session.remove(registration.id, claimant('a'), SIGNAL);
  expect(session.known(registration.id)).toBeUndefined();
});

test('serves everybody from one listing that began late enough', async () => {
  const { here, session } = await opened();
  const begun = here.clock.monotonic();
  const listed = calls(here, 'list');

  await session.listing(begun, claimant('a'), SIGNAL);
  await session.listing(begun, claimant('b'), SIGNAL);
  expect(calls(here, 'list')).toBe(listed);

  await here.clock.advance(1_000);
  await session.listing(begun + 1, claimant('a'), SIGNAL);
  await session.listing(begun + 1, claimant('b'), SIGNAL);
  expect(calls(here, 'list')).toBe(listed + 1);
});

test('makes one listing at a time, and the next for all who came too late for it', async () => {
  const { here, session } = await opened();
  const listed = calls(here, 'list');
  const slow = here.emulator.fault({ operation: 'list', when: 'after', type: 'hold' });
  const asked: Promise<unknown>[] = [];
  for (let asker = 0; asker < 16; asker += 1) {
    await here.clock.advance(1);
    asked.push(session.listing(here.clock.monotonic(), claimant(`${asker}`), SIGNAL));
  }
  await slow.hit;
  expect(calls(here, 'list')).toBe(listed + 1);
  slow.release();
  await Promise.all(asked);
  expect(calls(here, 'list')).toBe(listed + 2);
});

test('D2: a listing from before a registration was made says nothing of where it has gone', async () => {
  const { here, session, create } = await opened();
  await here.clock.advance(1_000);
  const { registration } = await create('a');
  here.emulator.vanish(Number(registration.id), 'show');
  await expect(session.get(registration.id, claimant('a'), SIGNAL)).rejects.toMatchObject({ code: 'not-found' });

  const listed = calls(here, 'list');
  const recent = here.clock.monotonic() - MINUTE;
  expect(await session.listing(recent, claimant('a'), SIGNAL)).toMatchObject([{ id: registration.id }]);
  expect(calls(here, 'list')).toBe(listed + 1);

  await expect(session.get(registration.id, claimant('a'), SIGNAL)).rejects.toMatchObject({ code: 'not-found' });
  await session.listing(recent, claimant('a'), SIGNAL);
  expect(calls(here, 'list'), 'one listing serves all who look').toBe(listed + 1);
});

test('D2: a listing that was under way when a registration was made says nothing of where it has gone', async () => {
  const { here, session, create } = await opened();
  const slowCreate = here.emulator.fault({ operation: 'create', when: 'before', type: 'hold' });
  const creation = create('a');
  await slowCreate.hit;
  await here.clock.advance(1_000);
  const slowListing = here.emulator.fault({ operation: 'list', when: 'after', type: 'hold' });
  const listing = session.listing(here.clock.monotonic(), claimant('b'), SIGNAL);
  await slowListing.hit;
  await here.clock.advance(1_000);
  slowCreate.release();
  const { id } = (await creation).registration;
  slowListing.release();
  expect(await listing).toEqual([]);
  expect(session.known(id)?.name, 'what it lacks was made meanwhile').toBe('a');

  here.emulator.vanish(Number(id), 'show');
  await expect(session.get(id, claimant('a'), SIGNAL)).rejects.toMatchObject({ code: 'not-found' });
  expect(await session.listing(here.clock.monotonic() - MINUTE, claimant('a'), SIGNAL)).toMatchObject([{ id }]);
});

const UNVERIFIED = {
  status: 403,
  body: '{"error":"identity_verification_required","verify_url":"https://a.example.com"}',
};
const UNFIT = { status: 422, body: '{"error":"invalid_webhook_url"}' };

/** Two creates that are refused, and how many were called once `edit` has been seen and both were tried again. */
async function triedAgain(answer: typeof UNFIT, edit: (here: World) => Promise<void>): Promise<number> {
  const { here, operator, create } = await opened();
  here.emulator.fault({ operation: 'create', when: 'before', type: 'status', times: 'always', ...answer });
  const both = () => Promise.allSettled([create('a'), create('b')]);
  await both();
  const before = calls(here, 'create');
  await edit(here);
  await operator.pass();
  const results = await both();
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  return calls(here, 'create') - before;
}

const ofHowMuch = (here: World): Promise<void> =>
  here.patch({ spec: { resyncInterval: '11m', limits: { createsPerHour: 9 } } });

test('O5: what was refused is not tried again where the provider object says otherwise how much, how often or for whom', async () => {
  expect(await triedAgain(UNFIT, ofHowMuch)).toBe(0);
  expect(await triedAgain(UNVERIFIED, ofHowMuch)).toBe(0);
});

test('O5: it is tried again with another key', async () => {
  const withAnotherKey = async (here: World): Promise<void> => {
    here.emulator.addKey({ token: 'lpa_pat_another' });
    await here.setKey('lpa_pat_another');
    await here.patch({ spec: { limits: { createsPerHour: 9 } } });
  };
  expect(await triedAgain(UNFIT, withAnotherKey)).toBe(2);
});
