import { describe, expect, test } from 'vitest';
import type { Redacted } from '../../src/credentials.ts';
import type { Manners, Registered } from '../../src/idp/provider.ts';
import { MARK } from '../support/registrations.ts';
import type { Subject } from './contract.ts';
import { verdictOf } from './failure.ts';

/** What the promises below are tried on. */
interface Bench {
  subject(): Subject;
  /** A confidential client, born with {@link MARK} where there is a place for one. */
  registered(): Promise<Registered>;
}

const NEVER = new AbortController().signal;

/** What an adapter promises because of the manners that it declares. */
export function mannersContract(manners: Manners, bench: Bench): void {
  if (manners.ownerMark === 'stored') storedMarks(bench);
  else noMarks(bench);

  if (manners.secrets === 'readable') readableSecrets(bench);
  else secretsShownOnce(bench);

  if (manners.rotation === 'overlapping') overlappingSecrets(bench);
  else oneSecretAtATime(bench);
}

function storedMarks({ subject, registered }: Bench): void {
  describe('the owner mark', () => {
    test('is there from the first on, in every way of looking', async () => {
      const { provider } = subject();
      const { registration } = await registered();
      const { registrations } = await provider.inventory(NEVER);
      const views = [
        registration,
        await provider.get(registration.id, NEVER),
        (await provider.inspect(registration.id, NEVER)).registration,
        registrations.find(({ id }) => id === registration.id),
      ];
      for (const view of views) expect(view?.mark).toEqual({ type: 'mark', mark: MARK });
    });

    test('is written over, and nothing else is', async () => {
      const { provider } = subject();
      const { registration } = await registered();
      const retained = { ...MARK, retained: true };
      const marked = await provider.mark(registration, retained, NEVER);
      expect({ ...marked, carried: undefined }).toEqual({
        ...registration,
        mark: { type: 'mark', mark: retained },
        carried: undefined,
      });
      expect(await provider.get(registration.id, NEVER)).toEqual(marked);
    });

    test('survives an update of what was found before it was written', async () => {
      const { provider } = subject();
      const { registration } = await registered();
      const marked = await provider.mark(registration, { ...MARK, retained: true }, NEVER);
      const wanted = {
        name: 'Renamed',
        type: 'Web',
        redirectUris: ['https://renamed.example.com/'],
        options: {},
      } as const;
      const updated = await provider.update(marked, wanted, ['displayName', 'redirectUris'], NEVER);
      expect(updated.mark).toEqual(marked.mark);
    });

    test('cannot be written on what is gone', async () => {
      const { provider } = subject();
      const { registration } = await registered();
      await provider.remove(registration.id, NEVER);
      expect(await verdictOf(provider.mark(registration, MARK, NEVER))).toBe('not-found, refused');
    });
  });
}

function noMarks({ subject, registered }: Bench): void {
  test('there is no owner mark, and none can be written', async () => {
    const { registration } = await registered();
    expect(registration.mark).toEqual({ type: 'none' });
    expect(await verdictOf(subject().provider.mark(registration, MARK, NEVER))).toBe('rejected, refused');
  });
}

function readableSecrets({ subject, registered }: Bench): void {
  describe('a secret', () => {
    test('is read again as it was given, the first under a name that is known beforehand', async () => {
      const { provider } = subject();
      const { registration, secret } = await registered();
      const issued = await provider.issueSecret(registration.id, 'k8s-1', NEVER);
      const secrets = (await provider.inspect(registration.id, NEVER)).secrets;
      expect(secrets.map(({ value }) => value.reveal()).toSorted()).toEqual(
        [revealed(secret), revealed(issued)].toSorted(),
      );
      const [first] = secrets.filter(({ name }) => name !== 'k8s-1');
      expect(provider.firstSecretNames).toContain(first?.name);
      expect(await provider.inspect(registration.id, NEVER)).toMatchObject({ secrets });
    });

    test('of a name that is there already is the one that is there', async () => {
      const { provider } = subject();
      const { registration } = await registered();
      const issued = await provider.issueSecret(registration.id, 'k8s-1', NEVER);
      const again = await provider.issueSecret(registration.id, 'k8s-1', NEVER);
      expect(revealed(again)).toBe(revealed(issued));
      expect((await provider.inspect(registration.id, NEVER)).secrets).toHaveLength(2);
    });

    test('whose answer was lost is had by asking again', async () => {
      const { provider, loseAnswer, logsIn } = subject();
      const { registration } = await registered();
      loseAnswer('issueSecret');
      expect(await verdictOf(provider.issueSecret(registration.id, 'k8s-1', NEVER))).toBe('lost, unknown');
      const issued = await provider.issueSecret(registration.id, 'k8s-1', NEVER);
      expect(logsIn({ clientId: registration.clientId, clientSecret: issued })).toBe(true);
      expect((await provider.inspect(registration.id, NEVER)).secrets).toHaveLength(2);
    });
  });
}

function secretsShownOnce({ subject, registered }: Bench): void {
  test('no secret is read again', async () => {
    const { provider } = subject();
    const { registration } = await registered();
    expect((await provider.inspect(registration.id, NEVER)).secrets).toEqual([]);
  });
}

function overlappingSecrets({ subject, registered }: Bench): void {
  test('a secret of what is gone is missing', async () => {
    const { provider } = subject();
    const { registration } = await registered();
    await provider.remove(registration.id, NEVER);
    expect(await provider.retireSecret(registration.id, 'k8s-1', NEVER)).toBe('missing');
  });

  test('a secret is retired for itself alone, and as often as one likes', async () => {
    const { provider, logsIn } = subject();
    const { registration, secret } = await registered();
    const { id, clientId } = registration;
    const next = await provider.issueSecret(id, 'k8s/1 of 2', NEVER);
    const [first] = provider.firstSecretNames;
    expect(await provider.retireSecret(id, first ?? '', NEVER)).toBe('deleted');
    expect(logsIn({ clientId, clientSecret: secret })).toBe(false);
    expect(logsIn({ clientId, clientSecret: next })).toBe(true);
    expect(await provider.retireSecret(id, first ?? '', NEVER)).toBe('missing');

    await provider.retireSecret(id, 'k8s/1 of 2', NEVER);
    expect(logsIn({ clientId, clientSecret: next })).toBe(false);
  });
}

function oneSecretAtATime({ subject, registered }: Bench): void {
  test('no secret is retired', async () => {
    const { registration } = await registered();
    expect(await verdictOf(subject().provider.retireSecret(registration.id, 'k8s-1', NEVER))).toBe('rejected, refused');
  });
}

function revealed(secret: Redacted | undefined): string {
  if (secret === undefined) throw new Error('there is no secret');
  return secret.reveal();
}
