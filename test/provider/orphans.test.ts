import { describe, expect, test } from 'vitest';
import { markFor } from '../../src/application/marks.ts';
import { temporaryName } from '../../src/application/naming.ts';
import { Redacted } from '../../src/credentials.ts';
import type { Registration } from '../../src/idp/provider.ts';
import { OAUTH_APPLICATIONS, typeOf } from '../../src/kube/resources.ts';
import { orphansByMark, orphansByName } from '../../src/provider/orphans.ts';
import { createSeals } from '../../src/seals.ts';
import { applicationWith } from '../support/applications.ts';
import { registrationNamed } from '../support/registrations.ts';
import { MINUTE, world } from './world.ts';

function nameOf(uid: string, { cluster = 'c', counter = 0 } = {}): string {
  return temporaryName('Shop', uid, counter, createSeals({ id: 'i', cluster, key: new Redacted('0f'.repeat(32)) }));
}

/** What a test says of a mark. */
interface Said {
  readonly uid?: string;
  readonly retained?: boolean;
  readonly operation?: string;
  readonly by?: object;
}

const OPEN = { v: 1, type: 'register', holder: 'h', deadlineSeconds: 1, serial: 1, secretName: 's' } as const;

describe('B4: a registration with an owner mark', () => {
  const HERE = { id: 'i', cluster: 'c', key: new Redacted('0f'.repeat(32)) };
  const seals = createSeals(HERE);
  const IDENTITY = 'stored|https://id.example.com';
  const bound = { kind: 'OAuthProvider', name: 'stored', uid: 'p', identity: IDENTITY } as const;

  function marked(id: string, said: Said = {}) {
    const { uid = 'gone', retained = false, operation = 'o', by = {} } = said;
    const object = { namespaceUid: 'n', uid, namespace: 'store', name: 'shop' };
    const mark = markFor(object, { operation, retained }, createSeals({ ...HERE, ...by }));
    return registrationNamed('Shop', { id, mark: { type: 'mark', mark } });
  }

  function orphans(...registrations: readonly Registration[]): readonly string[] {
    const live = applicationWith({ metadata: { uid: 'live' } });
    const moved = applicationWith({
      metadata: { uid: 'moved' },
      status: { provider: { ...bound, uid: 'q', identity: 'stored|https://elsewhere.example.com' } },
    });
    const elsewhere = applicationWith({
      metadata: { uid: 'elsewhere' },
      status: { ...moved.status, applicationId: 'theirs', operation: { ...OPEN, id: 'o2' } },
    });
    const about = applicationWith({
      metadata: { uid: 'about to be bound again' },
      status: { provider: { ...bound, identity: 'stored|https://before.example.com' } },
    });
    const restored = applicationWith({
      metadata: { uid: 'restored' },
      status: { provider: bound, applicationId: 'held' },
    });
    return orphansByMark(
      registrations,
      [live, moved, elsewhere, about, restored],
      { identity: IDENTITY, uid: 'p' },
      seals,
    );
  }

  test('whose object is gone is counted', () => {
    expect(orphans(marked('b'), marked('live', { uid: 'live' }), marked('a', { uid: 'gone too' }))).toEqual(['a', 'b']);
  });

  test('whose object is bound to another provider by now is counted', () => {
    expect(orphans(marked('a', { uid: 'moved' }))).toEqual(['a']);
  });

  test.each<[why: string, registration: Registration]>([
    ['that its object has it by another provider object', marked('theirs', { uid: 'elsewhere' })],
    ['that its object begins it by another provider object', marked('a', { uid: 'elsewhere', operation: 'o2' })],
    ['that its object will be bound here again', marked('a', { uid: 'about to be bound again' })],
    ['that it was retained', marked('a', { retained: true })],
    ['that a live object has it', marked('a', { uid: 'live' })],
    ['that a restored object holds it', marked('held')],
    ['that another installation made the mark', marked('a', { by: { id: 'other' } })],
    ['that another cluster has the mark', marked('a', { by: { cluster: 'other' } })],
    ['that it was made with another key', marked('a', { by: { key: new Redacted('00'.repeat(32)) } })],
    ['that it bears none', registrationNamed('Shop', { id: 'a' })],
    ['that its mark is damaged', registrationNamed('Shop', { id: 'a', mark: { type: 'damaged' } })],
    ['that a later release marked it', registrationNamed('Shop', { id: 'a', mark: { type: 'foreign-version' } })],
  ])('is no orphan for the reason %s', (_, registration) => {
    expect(orphans(registration)).toEqual([]);
  });

  test('is no orphan by its name', () => {
    expect(orphans(registrationNamed(nameOf('gone')))).toEqual([]);
  });
});

describe('B4: a registration under a temporary name', () => {
  test('that no application can have is counted, and the oldest is named', async () => {
    const here = await world();
    const ids = ['gone', 'gone too'].map((uid) => here.emulator.createByHand(nameOf(uid)).application.id);

    const { provider, ready } = await here.operator().pass();

    expect([ready, provider.status?.orphans]).toEqual(['True', { count: 2, first: String(ids[0]) }]);
    expect(here.emulator.applications().filter(({ softDeleted }) => !softDeleted)).toHaveLength(2);
  });

  test("is not said to be nobody's while an object of a later release may hold it", async () => {
    const here = await world();
    here.emulator.createByHand(nameOf('gone'));
    const operator = here.operator();
    const { metadata } = await here.application('shop');
    const newer = { ...metadata, name: 'newer', uid: 'newer' };
    operator.ofLaterReleases.push({ ...typeOf(OAUTH_APPLICATIONS), metadata: newer, status: { applicationId: 42 } });

    expect((await operator.pass()).provider.status).not.toHaveProperty('orphans');
    operator.ofLaterReleases.length = 0;
    await here.clock.advance(10 * MINUTE);
    expect((await operator.pass()).provider.status?.orphans?.count).toBe(1);
  });

  test('is no orphan any more once somebody has deleted it', async () => {
    const here = await world();
    const { application } = here.emulator.createByHand(nameOf('gone'));
    const operator = here.operator();
    await operator.pass();
    here.emulator.vanish(application.id);
    await here.clock.advance(10 * MINUTE);

    expect((await operator.pass()).provider.status).not.toHaveProperty('orphans');
  });

  test('costs a proof for each object, however many there are', () => {
    const seals = createSeals({ id: 'i', cluster: 'c', key: new Redacted('0f'.repeat(32)) });
    const applications = Array.from({ length: 30 }, (_, number) =>
      applicationWith({ metadata: { uid: `u${number}` } }),
    );
    const registrations = Array.from({ length: 20 }, (_, number) =>
      registrationNamed(nameOf(`gone ${number}`), { id: `${number}` }),
    );
    let proofs = 0;
    const keyed = (label: string, text: string): string => {
      proofs += 1;
      return seals.keyed(label, text);
    };
    const listed = { identity: 'logi|https://id.example.com', uid: 'p' };

    const orphans = (found: readonly Registration[]) => orphansByName(found, applications, listed, { ...seals, keyed });

    expect([orphans(registrations).length, proofs]).toEqual([20, 30]);
    expect([orphans([registrationNamed('Shop')]).length, proofs], 'none where there is nothing to prove').toEqual([
      0, 30,
    ]);
  });

  test.each<[why: string, name: string]>([
    ['of another cluster', nameOf('gone', { cluster: 'elsewhere' })],
    ['that a person made up', 'Shop [k8s 0123456789abcdef]'],
    ['that a person gave', 'Shop'],
  ])('%s is not ours to count', async (_, name) => {
    const here = await world();
    here.emulator.createByHand(name);

    expect((await here.operator().pass()).provider.status).not.toHaveProperty('orphans');
  });

  test('of a live object is its own, of one before a disappearance, too, and in whatever provider object it is', async () => {
    const here = await world();
    const { metadata } = await here.application('shop', { anew: 2 });
    for (const counter of [0, 2]) here.emulator.createByHand(nameOf(metadata.uid, { counter }));
    await here.sibling('second');

    const operator = here.operator();
    const both = [await operator.pass(), await operator.pass('second')];

    for (const { provider } of both) expect(provider.status).not.toHaveProperty('orphans');
  });

  test('that its object has parted from, as its status says, is counted', async () => {
    const here = await world();
    const { uid } = (await here.provider()).metadata;
    const provider = { kind: 'OAuthProvider', name: 'logi', uid, identity: here.identity() } as const;
    const { metadata } = await here.application('shop', { provider, anew: 2 });
    const [former] = [0, 2].map((counter) => here.emulator.createByHand(nameOf(metadata.uid, { counter })));

    expect((await here.operator().pass()).provider.status?.orphans).toEqual({
      count: 1,
      first: String(former?.application.id),
    });
  });

  test('is no orphan while an operation is open under it', async () => {
    const here = await world();
    const name = nameOf('restored');
    const operation = { ...OPEN, id: 'o', temporaryName: name };
    await here.application('shop', { operation });
    here.emulator.createByHand(name);

    expect((await here.operator().pass()).provider.status).not.toHaveProperty('orphans');
  });

  test('is no orphan while an application holds its id', async () => {
    const here = await world();
    const { application } = here.emulator.createByHand(nameOf('restored'));
    const { uid } = (await here.provider()).metadata;
    const identity = here.identity();
    const provider = { kind: 'OAuthProvider', name: 'logi', uid, identity } as const;
    await here.application('shop', { provider, applicationId: String(application.id) });

    expect((await here.operator().pass()).provider.status).not.toHaveProperty('orphans');
  });
});
