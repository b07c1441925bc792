import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Credentials, Redacted } from '../../src/credentials.ts';
import { foundValue, wantedValue } from '../../src/idp/fields.ts';
import type {
  Birth,
  ClientMetadata,
  IdentityProvider,
  Manners,
  MetadataField,
  Registration,
} from '../../src/idp/provider.ts';
import { MARK } from '../support/registrations.ts';
import { mannersContract } from './contract-of-manners.ts';
import { failureOf, verdictOf } from './failure.ts';

/** A provider to hold an adapter against, fresh for each test. */
export interface Subject {
  readonly provider: IdentityProvider;
  /** The same provider with credentials that it does not accept. */
  readonly stranger: IdentityProvider;
  /** The same provider where nobody listens. */
  readonly nowhere: IdentityProvider;
  /** A value that must be in no error: the credentials of `provider`. */
  readonly planted: string;
  /** Whether the provider itself, asked past the adapter, lets this client in. */
  logsIn(credentials: Credentials): boolean;
  /** How many registrations the provider has, without the one that the operator logs in with. */
  count(): number;
  /** Has the next call of this kind take effect and lose its answer. */
  loseAnswer(call: 'register' | 'update' | 'issueSecret' | 'remove'): void;
  close(): Promise<void>;
}

/** What an adapter says of itself, and what its provider can be asked for. */
export interface Terms {
  readonly manners: Manners;
  /** A confidential client. */
  readonly confidential: ClientMetadata;
  /** A public client. */
  readonly publicClient: ClientMetadata;
  /** `confidential` with every field that can be changed changed. */
  readonly changed: ClientMetadata;
  readonly changedFields: readonly MetadataField[];
  /** Something that the adapter lets through and the provider refuses. */
  readonly refusedByProvider: ClientMetadata;
  /** An id that no registration has. */
  readonly unknownId: string;
}

const BIRTH_NAME = 'Shop [k8s 3f9a1c27b4d0]';
const NEVER = new AbortController().signal;

/** What a registration shows that was born with a mark where there is a place for one. */
const MARKS = { stored: { type: 'mark', mark: MARK }, none: { type: 'none' } } as const;

/**
 * What every adapter promises, whatever its provider: the port's own words, and protocol O5, O6, R8, S10 and D2.
 *
 * Where the promise depends on a manner, the adapter is held to the one it declares.
 */
export function identityProviderContract(terms: Terms, start: () => Promise<Subject>): void {
  let subject: Subject;
  beforeEach(async () => {
    subject = await start();
  });
  afterEach(() => subject.close());

  function registered(wanted: ClientMetadata, name = BIRTH_NAME) {
    return subject.provider.register(birthOf(name), wanted, NEVER);
  }

  /** Born with a mark where there is a place for one. */
  function birthOf(name: string): Birth {
    return { name, mark: terms.manners.ownerMark === 'stored' ? MARK : undefined };
  }

  /** What the inventory shows of others than the operator. */
  async function listed(): Promise<readonly Registration[]> {
    const { registrations } = await subject.provider.inventory(NEVER);
    return registrations.filter(({ id }) => id !== subject.provider.self);
  }

  /** A registration as the adapter knows them, which is not there. */
  async function missing(): Promise<Registration> {
    const { registration } = await registered(terms.confidential);
    return { ...registration, id: terms.unknownId, clientId: terms.unknownId };
  }

  test('declares its manners, and one identity for one provider', () => {
    expect(subject.provider.manners).toEqual(terms.manners);
    expect(subject.stranger.identity).toBe(subject.provider.identity);
    expect(subject.nowhere.identity).not.toBe(subject.provider.identity);
  });

  describe('credentials', () => {
    test('are checked without a change', async () => {
      await subject.provider.inventory(NEVER);
      expect(await verdictOf(subject.stranger.inventory(NEVER))).toBe('unauthorized, refused');
      expect(subject.count()).toBe(0);
    });

    test('that are not accepted change nothing', async () => {
      const { registration } = await registered(terms.confidential);
      const { stranger } = subject;
      const attempts = [
        stranger.inventory(NEVER),
        stranger.get(registration.id, NEVER),
        stranger.inspect(registration.id, NEVER),
        stranger.getWithSecrets(registration.id, NEVER),
        stranger.register(birthOf(BIRTH_NAME), terms.confidential, NEVER),
        stranger.update(registration, terms.changed, terms.changedFields, NEVER),
        stranger.issueSecret(registration.id, 'k8s-1', NEVER),
        stranger.remove(registration.id, NEVER),
      ];
      for (const attempt of attempts) expect(await verdictOf(attempt)).toBe('unauthorized, refused');
      expect(subject.count()).toBe(1);
      expect(await subject.provider.get(registration.id, NEVER)).toEqual(registration);
    });
  });

  describe('register', () => {
    test('makes one registration, under the name given and otherwise as wanted', async () => {
      const { registration } = await registered(terms.confidential);
      expect(subject.count()).toBe(1);
      expect(registration).toMatchObject({ name: BIRTH_NAME, clientType: 'confidential' });
      expect(subject.provider.differences(terms.confidential, registration)).toEqual(['displayName']);
      expect(await subject.provider.get(registration.id, NEVER)).toEqual(registration);
    });

    test('gives a confidential client a secret that logs in', async () => {
      const { registration, secret } = await registered(terms.confidential);
      expect(subject.logsIn({ clientId: registration.clientId, clientSecret: given(secret) })).toBe(true);
    });

    test('gives a public client none', async () => {
      const { registration, secret } = await registered(terms.publicClient);
      expect(registration.clientType).toBe('public');
      expect(secret).toBeUndefined();
    });

    test('says of a refusal that nothing happened', async () => {
      expect(await verdictOf(registered(terms.refusedByProvider))).toBe('rejected, refused');
      expect(subject.count()).toBe(0);
    });

    test('says of a lost answer that it may have happened, and does not try again', async () => {
      subject.loseAnswer('register');
      expect(await verdictOf(registered(terms.confidential))).toBe('lost, unknown');
      expect(subject.count()).toBe(1);
    });
  });

  if (terms.manners.listing === 'complete') {
    test('inventory shows every registration as get does', async () => {
      expect(await listed()).toEqual([]);
      const one = await registered(terms.confidential, 'one');
      const two = await registered(terms.publicClient, 'two');
      expect((await listed()).toSorted((left, right) => left.id.localeCompare(right.id))).toEqual(
        [one.registration, two.registration].toSorted((left, right) => left.id.localeCompare(right.id)),
      );
    });

    test('inventory shows the registration whose answer was lost', async () => {
      subject.loseAnswer('register');
      await failureOf(registered(terms.confidential));
      expect(await listed()).toMatchObject([{ name: BIRTH_NAME, mark: MARKS[terms.manners.ownerMark] }]);
    });
  }

  test.each(['inspect', 'getWithSecrets'] as const)(
    '%s shows a registration as get does, and its secrets where they can be read again',
    async (look) => {
      const { registration, secret } = await registered(terms.confidential);
      const { secrets, ...rest } = await subject.provider[look](registration.id, NEVER);
      expect(rest).toEqual({ registration: await subject.provider.get(registration.id, NEVER) });
      const readable = terms.manners.secrets === 'readable' ? [given(secret).reveal()] : [];
      expect(secrets.map(({ value }) => value.reveal())).toEqual(readable);
    },
  );

  describe('update', () => {
    test('brings every field in step, and finds nothing to do afterwards', async () => {
      const { registration } = await registered(terms.confidential, terms.confidential.name);
      const fields = subject.provider.differences(terms.changed, registration);
      expect(new Set(fields)).toEqual(new Set(terms.changedFields));

      const updated = await subject.provider.update(registration, terms.changed, fields, NEVER);
      expect(subject.provider.differences(terms.changed, updated)).toEqual([]);
      expect(updated).toMatchObject({ id: registration.id, clientId: registration.clientId });
      expect(await subject.provider.get(registration.id, NEVER)).toEqual(updated);
    });

    test('leaves alone what it was not told to change', async () => {
      const { registration } = await registered(terms.confidential);
      const renamed = await subject.provider.update(registration, terms.changed, ['displayName'], NEVER);
      expect(renamed).toEqual({ ...registration, name: terms.changed.name });
    });

    test('may be repeated after a lost answer', async () => {
      const { registration } = await registered(terms.confidential);
      subject.loseAnswer('update');
      const update = () => subject.provider.update(registration, terms.changed, terms.changedFields, NEVER);
      expect(await verdictOf(update())).toBe('lost, unknown');
      expect(subject.provider.differences(terms.changed, await update())).toEqual([]);
    });

    test('clears what is left out by now, where the provider can, and leaves the rest', async () => {
      const { registration } = await registered(terms.changed, terms.changed.name);
      const { provider } = subject;
      const fields = terms.changedFields.filter((field) => wantedValue(field, terms.confidential) === undefined);
      const cleared = fields.filter((field) => provider.clears.has(field));
      const wanted = { ...terms.confidential, name: terms.changed.name, redirectUris: terms.changed.redirectUris };

      const updated = await provider.update(registration, wanted, cleared, NEVER);
      expect(cleared.map((field) => foundValue(field, updated))).toEqual(cleared.map(() => null));
      const rest = terms.changedFields.filter((field) => !cleared.includes(field));
      const before = rest.map((field) => foundValue(field, registration));
      expect(rest.map((field) => foundValue(field, updated))).toEqual(before);
    });
  });

  mannersContract(terms.manners, { subject: () => subject, registered: () => registered(terms.confidential) });

  describe('issueSecret', () => {
    test(`gives a secret that logs in; the former one ${terms.manners.rotation === 'immediate' ? 'stops' : 'goes on'}`, async () => {
      const { registration, secret } = await registered(terms.confidential);
      const { id, clientId } = registration;
      const next = await subject.provider.issueSecret(id, 'k8s-1', NEVER);
      expect(subject.logsIn({ clientId, clientSecret: given(next) })).toBe(true);
      const former = { clientId, clientSecret: given(secret) };
      expect(subject.logsIn(former)).toBe(terms.manners.rotation === 'overlapping');
    });

    test('says of a lost answer that it may have happened', async () => {
      const { registration } = await registered(terms.confidential);
      subject.loseAnswer('issueSecret');
      expect(await verdictOf(subject.provider.issueSecret(registration.id, 'k8s-1', NEVER))).toBe('lost, unknown');
    });
  });

  describe('verify', () => {
    test('tells credentials that log in from those that do not', async () => {
      const { registration, secret } = await registered(terms.confidential);
      const good = { clientId: registration.clientId, clientSecret: given(secret) };
      expect(await subject.provider.verify(good, NEVER)).toBe('good');

      await subject.provider.issueSecret(registration.id, 'k8s-1', NEVER);
      const bad = terms.manners.rotation === 'immediate' ? good : { ...good, clientId: 'nobody' };
      expect(await subject.provider.verify(bad, NEVER)).toBe('bad');
    });

    test('knows nothing of a provider that does not answer', async () => {
      const { registration, secret } = await registered(terms.confidential);
      const credentials = { clientId: registration.clientId, clientSecret: given(secret) };
      expect(await verdictOf(subject.nowhere.verify(credentials, NEVER))).toBe('lost, unknown');
      expect(await verdictOf(subject.provider.verify(credentials, AbortSignal.abort()))).toBe('lost, unknown');
    });
  });

  describe('remove', () => {
    test('takes the registration away for good', async () => {
      const { registration, secret } = await registered(terms.confidential);
      await subject.provider.remove(registration.id, NEVER);
      expect(await verdictOf(subject.provider.get(registration.id, NEVER))).toBe('not-found, refused');
      expect(await verdictOf(subject.provider.remove(registration.id, NEVER))).toBe('not-found, refused');
      expect(subject.logsIn({ clientId: registration.clientId, clientSecret: given(secret) })).toBe(false);
    });

    test('says of a lost answer that it may have happened', async () => {
      const { registration } = await registered(terms.confidential);
      subject.loseAnswer('remove');
      expect(await verdictOf(subject.provider.remove(registration.id, NEVER))).toBe('lost, unknown');
      expect(await verdictOf(subject.provider.get(registration.id, NEVER))).toBe('not-found, refused');
    });
  });

  test('a registration that never was is not found by any call', async () => {
    const { unknownId, changed, changedFields } = terms;
    const unknown = await missing();
    const { provider } = subject;
    expect(await verdictOf(provider.get(unknownId, NEVER))).toBe('not-found, refused');
    expect(await verdictOf(provider.inspect(unknownId, NEVER))).toBe('not-found, refused');
    expect(await verdictOf(provider.getWithSecrets(unknownId, NEVER))).toBe('not-found, refused');
    expect(await verdictOf(provider.update(unknown, changed, changedFields, NEVER))).toBe('not-found, refused');
    expect(await verdictOf(provider.issueSecret(unknownId, 'k8s-1', NEVER))).toBe('not-found, refused');
    expect(await verdictOf(provider.remove(unknownId, NEVER))).toBe('not-found, refused');
  });

  test('a provider that cannot be reached loses every call', async () => {
    const { nowhere } = subject;
    const unknown = await missing();
    const attempts = [
      nowhere.inventory(NEVER),
      nowhere.get(terms.unknownId, NEVER),
      nowhere.inspect(terms.unknownId, NEVER),
      nowhere.getWithSecrets(terms.unknownId, NEVER),
      nowhere.register(birthOf(BIRTH_NAME), terms.confidential, NEVER),
      nowhere.update(unknown, terms.changed, terms.changedFields, NEVER),
      nowhere.issueSecret(terms.unknownId, 'k8s-1', NEVER),
      nowhere.remove(terms.unknownId, NEVER),
    ];
    for (const attempt of attempts) expect(await verdictOf(attempt)).toBe('lost, unknown');
  });

  test('no error shows the credentials', async () => {
    const failures = [
      await failureOf(subject.provider.get(terms.unknownId, NEVER)),
      await failureOf(registered(terms.refusedByProvider)),
      await failureOf(subject.provider.inventory(AbortSignal.abort())),
    ];
    for (const failure of failures) expect(everythingOf(failure)).not.toContain(subject.planted);
  });
}

/** Whatever a log, a status or a crash could show of a value. */
export function everythingOf(error: Error): string {
  return [error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 10, showHidden: true })].join(
    '\n',
  );
}

function given(secret: Redacted | undefined): Redacted {
  if (secret === undefined) throw new Error('there is no secret');
  return secret;
}
