import { isStanding } from './held.ts';
import type { Made } from './ledger.ts';
import type { Act, Database } from './scenario/scenario.ts';
import type { World } from './world.ts';

/** A database that was put back. */
interface Restoration {
  readonly of: Database;
  readonly cluster: number;
  readonly savedAtMs: number;
  readonly atMs: number;
  /** What was not there when it was put back. */
  readonly gone: ReadonlySet<Made>;
}

/** Which records people took away, and which registrations they brought back, by putting a database back. */
export interface Restorations {
  /** Told of each act before it is done. */
  see(act: Act): void;
  /**
   * Whether it takes a restore to explain that the registration is there and that nobody knows of it: it was made after the
   * backup that its cluster went back to, or it had gone and came back with its provider.
   */
  explain(made: Made): boolean;
  /** Whether it had gone when an etcd was put back that may name it still. */
  outlive(made: Made): boolean;
}

export function createRestorations(world: () => World, made: readonly Made[]): Restorations {
  const savedAtMs = new Map<string, number>();
  const restorations: Restoration[] = [];

  return {
    see(act) {
      const atMs = world().scheduler.now();
      if (act.type === 'backup') savedAtMs.set(keyOf(act), atMs);
      const saved = act.type === 'restore' ? savedAtMs.get(keyOf(act)) : undefined;
      if (act.type !== 'restore' || saved === undefined) return;
      const gone = new Set(made.filter((each) => !isStanding(world(), each)));
      restorations.push({ of: act.of, cluster: act.cluster, savedAtMs: saved, atMs, gone });
    },
    explain: (one) => restorations.some((restoration) => explains(restoration, one)),
    outlive: (one) =>
      restorations.some(({ of, cluster, gone }) => of === 'etcd' && cluster === one.cluster && gone.has(one)),
  };
}

function explains({ of, cluster, savedAtMs, atMs, gone }: Restoration, made: Made): boolean {
  switch (of) {
    case 'etcd':
      return made.cluster === cluster && made.atMs >= savedAtMs && made.atMs <= atMs;
    case 'logi':
    case 'logto':
      return made.site === of && gone.has(made);
  }
}

function keyOf({ of, cluster }: Pick<Restoration, 'of' | 'cluster'>): string {
  return `${of} ${cluster}`;
}
