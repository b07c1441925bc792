import { isStanding } from './held.ts';
import type { Made } from './made.ts';
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
  /** What an object came to name between backup and restore, whether or not it named it still. */
  readonly named: ReadonlySet<Made>;
}

/** Which records people took away, and which registrations they brought back, by putting a database back. */
export interface Restorations {
  /** Told of each act before it is done. */
  see(act: Act): void;
  /** Told of each registration that an object names. */
  name(made: Made): void;
  /**
   * Whether it takes a restore to explain that the registration is there and that nobody knows of it: it was made after the
   * backup that its cluster went back to, if for an operation from before it did, or found and given its final name since; or it
   * had gone and came back with its provider.
   */
  explain(made: Made): boolean;
  /** Whether this database was put back to before that moment, after it. */
  undo(of: Database, atMs: number): boolean;
  /** Whether an etcd was put back to before its create was sent while that was on its way. */
  forget(made: Made): boolean;
  /** Whether it had gone when an etcd was put back that may name it still. */
  outlive(made: Made): boolean;
}

export function createRestorations(world: () => World, made: readonly Made[]): Restorations {
  const saves = new Map<string, { readonly atMs: number; readonly named: ReadonlySet<Made> }>();
  const restorations: Restoration[] = [];
  const named = new Set<Made>();

  return {
    name: (one) => void named.add(one),
    see(act) {
      const atMs = world().scheduler.now();
      if (act.type !== 'backup' && act.type !== 'restore') return;
      if (act.type === 'backup') saves.set(keyOf(act), { atMs, named: new Set(named) });
      const saved = act.type === 'restore' ? saves.get(keyOf(act)) : undefined;
      if (act.type !== 'restore' || saved === undefined) return;
      const gone = new Set(made.filter((each) => !isStanding(world(), each)));
      const since = named.difference(saved.named);
      restorations.push({ of: act.of, cluster: act.cluster, savedAtMs: saved.atMs, atMs, gone, named: since });
    },
    explain: (one) => restorations.some((restoration) => explains(restoration, one)),
    undo: (of, atMs) => restorations.some((each) => each.of === of && each.savedAtMs <= atMs && atMs <= each.atMs),
    forget: (one) =>
      restorations.some(
        ({ of, cluster, savedAtMs, atMs }) =>
          of === 'etcd' &&
          cluster === one.cluster &&
          savedAtMs <= one.sentAtMs &&
          one.sentAtMs <= atMs &&
          atMs <= one.atMs,
      ),
    outlive: (one) =>
      restorations.some(({ of, cluster, gone }) => of === 'etcd' && cluster === one.cluster && gone.has(one)),
  };
}

function explains({ of, cluster, savedAtMs, atMs, gone, named }: Restoration, made: Made): boolean {
  switch (of) {
    case 'etcd': {
      if (made.cluster !== cluster) return false;
      // An owner mark stays when the temporary name goes.
      const isRenamed = made.site === 'logi' && named.has(made);
      return isRenamed || (made.atMs >= savedAtMs && made.begunAtMs <= atMs);
    }
    case 'logi':
    case 'logto':
      return made.site === of && gone.has(made);
  }
}

function keyOf({ of, cluster }: Pick<Restoration, 'of' | 'cluster'>): string {
  return `${of} ${cluster}`;
}
