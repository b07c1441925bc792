import { expect, test } from 'vitest';
import { ClusterError } from '../../../src/application/ports/errors.ts';
import type { SecretDraft, SecretHead, Secrets, StoredSecret } from '../../../src/application/ports/secrets.ts';
import { secretsOfOnePass } from '../../../src/application/secret/one-pass.ts';
import { applicationWith } from '../../support/applications.ts';

const { signal } = new AbortController();

const OWNER = applicationWith({});

const DRAFT: SecretDraft = {
  name: 'shop-oauth',
  owner: 'application',
  data: {},
  metadata: { labels: {}, annotations: {} },
  notes: {
    seal: 's',
    serial: 1,
    operation: 'op',
    applicationId: '7',
    clientId: 'client',
    identity: 'i',
    namespaceUid: 'n',
    layout: 'l',
    birth: undefined,
    keys: {},
  },
};

function headAt(resourceVersion: string): SecretHead {
  return {
    name: 'shop-oauth',
    uid: 'u',
    resourceVersion,
    state: 'live',
    soleOwner: undefined,
    ownerUid: 'u',
    label: 'u-shop',
    notes: undefined,
  };
}

function storedAt(resourceVersion: string): StoredSecret {
  return { ...headAt(resourceVersion), credentials: undefined, previous: undefined, writtenBy: undefined };
}

/** A Secret that the cache shows at version 1 and that is at `live`; each write counts it up. Calls are noted. */
interface Cluster extends Secrets {
  readonly calls: string[];
  live: number | 'absent';
  refuses: boolean;
}

function cluster(): Cluster {
  const calls: string[] = [];
  const self: Cluster = {
    calls,
    live: 2,
    refuses: false,
    labelled: () => [],
    head: () => headAt('1'),
    read() {
      calls.push('read');
      return Promise.resolve(self.live === 'absent' ? undefined : storedAt(String(self.live)));
    },
    write(_, __, ___, mode) {
      calls.push(mode);
      if (self.refuses) return Promise.reject(new ClusterError('conflict', 'another version'));
      if (mode === 'commit') self.live = self.live === 'absent' ? 1 : self.live + 1;
      return Promise.resolve(headAt(String(self.live)));
    },
    values: () => Promise.resolve({ type: 'no-secret' }),
    holds: () => true,
    disown() {
      calls.push('disown');
      return Promise.resolve(storedAt('3'));
    },
    remove: () => Promise.resolve(),
  };
  return self;
}

const versionIn = (secrets: Secrets): string | undefined => secrets.head('store', 'shop-oauth')?.resourceVersion;

async function readIn(secrets: Secrets): Promise<string | undefined> {
  return (await secrets.read('store', 'shop-oauth', signal))?.resourceVersion;
}

test('what was read is not read again, and counts for more than the cache', async () => {
  const real = cluster();
  const secrets = secretsOfOnePass(real);
  expect(versionIn(secrets)).toBe('1');
  expect([await readIn(secrets), await readIn(secrets), versionIn(secrets)]).toEqual(['2', '2', '2']);
  expect(real.calls).toEqual(['read']);
});

test('what was found to be missing is not asked for again', async () => {
  const real = cluster();
  real.live = 'absent';
  const secrets = secretsOfOnePass(real);
  expect([await readIn(secrets), await readIn(secrets), versionIn(secrets)]).toEqual([undefined, undefined, undefined]);
  expect(real.calls).toEqual(['read']);
});

test('what was written is known by the answer, and its data are read live', async () => {
  const real = cluster();
  const secrets = secretsOfOnePass(real);
  await readIn(secrets);
  await secrets.write(OWNER, DRAFT, undefined, 'commit', signal);
  expect(versionIn(secrets)).toBe('3');
  expect(await readIn(secrets)).toBe('3');
  expect(real.calls).toEqual(['read', 'commit', 'read']);
});

test('a rehearsal changes nothing of what is known', async () => {
  const real = cluster();
  const secrets = secretsOfOnePass(real);
  await readIn(secrets);
  await secrets.write(OWNER, DRAFT, undefined, 'rehearse', signal);
  expect([await readIn(secrets), real.calls]).toEqual(['2', ['read', 'rehearse']]);
});

test.each(['commit', 'rehearse'] as const)('S2: after a refused write (%s) the next look is live', async (mode) => {
  const real = cluster();
  const secrets = secretsOfOnePass(real);
  await readIn(secrets);
  Object.assign(real, { refuses: true, live: 9 });
  await expect(secrets.write(OWNER, DRAFT, undefined, mode, signal)).rejects.toThrow(ClusterError);
  expect([versionIn(secrets), await readIn(secrets)]).toEqual(['1', '9']);
});

test('after its end the next look is live', async () => {
  const real = cluster();
  const secrets = secretsOfOnePass(real);
  await readIn(secrets);
  await secrets.remove('store', headAt('2'), signal);
  await readIn(secrets);
  expect(real.calls).toEqual(['read', 'read']);
});

test('what has another owner now is known by the answer', async () => {
  const real = cluster();
  const secrets = secretsOfOnePass(real);
  await readIn(secrets);
  await secrets.disown(OWNER, 'shop-oauth', signal);
  expect([versionIn(secrets), await readIn(secrets), real.calls]).toEqual(['3', '3', ['read', 'disown']]);
});

test('a Secret of another name, and one in another pass, is looked at for itself', async () => {
  const real = cluster();
  const secrets = secretsOfOnePass(real);
  await readIn(secrets);
  await secrets.read('store', 'other', signal);
  await readIn(secretsOfOnePass(real));
  expect(real.calls).toEqual(['read', 'read', 'read']);
});
