import type { Mutant } from './mutant.ts';

/** Ways to make calls when there is nothing to do. */
export const CALL_MUTANTS: readonly Mutant[] = [
  {
    name: 'looked-at-all-the-time',
    breaks: 'A Ready object asks its provider of its registration every four minutes.',
    rules: ['B3'],
    toldBy: ['quiet-at-rest'],
    file: 'src/application/reconcile.ts',
    find: "if (step.type === 'stand') return judge(step.standing);",
    replace: `if (step.type === 'stand' && step.standing.type === 'in-sync') {
      const { metadata, status } = subject.application();
      const claimant = { key: namespace + '/' + metadata.name, namespace, urgency: 'drift' } as const;
      if (status?.applicationId !== undefined) await provider.get(status.applicationId, claimant, signal);
      return judge({ ...step.standing, againMs: 240_000 });
    }
    if (step.type === 'stand') return judge(step.standing);`,
  },
  {
    name: 'listed-all-the-time',
    breaks: 'A provider is listed twice a minute, whatever its interval.',
    rules: ['B3'],
    toldBy: ['quiet-at-rest'],
    file: 'src/provider/reconcile.ts',
    find: `const since = isTrusted ? now - durationMs(provider.spec.resyncInterval) + 1 : now;
  return session.inventory(since, { key: textOf(key), namespace: key.namespace ?? '', urgency: 'provider' }, signal);`,
    replace: `void isTrusted;
  const claimant = { key: textOf(key), namespace: key.namespace ?? '', urgency: 'provider' } as const;
  const listing = await session.inventory(now, claimant, signal);
  return { ...listing, startedAtMs: listing.startedAtMs + 30_000 - durationMs(provider.spec.resyncInterval) };`,
  },
  {
    name: 'looked-at-now-and-then',
    breaks: 'A Ready object asks its provider of its registration every ten minutes.',
    rules: ['B3'],
    toldBy: ['quiet-at-rest'],
    file: 'src/application/reconcile.ts',
    find: "if (step.type === 'stand') return judge(step.standing);",
    replace: `if (step.type === 'stand' && step.standing.type === 'in-sync') {
      const { metadata, status } = subject.application();
      const claimant = { key: namespace + '/' + metadata.name, namespace, urgency: 'drift' } as const;
      if (status?.applicationId !== undefined) await provider.get(status.applicationId, claimant, signal);
      return judge({ ...step.standing, againMs: 600_000 });
    }
    if (step.type === 'stand') return judge(step.standing);`,
  },
  {
    name: 'secret-read-with-every-pass',
    breaks: 'The Secret of a Ready object is read with every pass, and there is one twice a minute.',
    rules: ['B3'],
    toldBy: ['quiet-at-rest'],
    file: 'src/application/reconcile.ts',
    find: "if (step.type === 'stand') return judge(step.standing);",
    replace: `if (step.type === 'stand' && step.standing.type === 'in-sync') {
      const { secret } = subject.application().status ?? {};
      if (secret !== undefined) await ports.secrets.read(namespace, secret.name, signal);
      return judge({ ...step.standing, againMs: 30_000 });
    }
    if (step.type === 'stand') return judge(step.standing);`,
  },
];
