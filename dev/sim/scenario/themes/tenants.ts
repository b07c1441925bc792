import type { SeededChance } from '../../chance.ts';
import type { Act, Shape, Step } from '../scenario.ts';
import { asks, at, consoleDeed, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/** One manifest in two clusters that share a tenant, in one of which something is lost, or given up. */
export function oneTenant(shape: Shape, chance: SeededChance): Theme {
  const [one] = several(shape, 1, { type: 'Web' });
  if (one === undefined) return { shape, steps: [] };
  const cluster = chance.between(0, 1);
  const atMs = chance.between(60, 120) * SECOND_MS;
  return {
    shape: { ...shape, clusters: 2, lagMs: 20, applications: [one, { ...one, cluster: 1 }], activeMs: 8 * MINUTE_MS },
    steps: [...drawLoss(cluster, one.provider, atMs, chance), ...asks(1 - cluster, 'rotate', 1, chance, atMs)],
  };
}

/** In the application of this cluster, which has the place of its cluster in the shape. */
function drawLoss(cluster: number, provider: 'logi' | 'logto', atMs: number, chance: SeededChance): readonly Step[] {
  const application = cluster;
  const act = (deed: Act): readonly Step[] => [
    at(atMs, deed),
    at(atMs + SECOND_MS, { type: 'ask', application, forWhat: 'reconcile' }),
  ];
  const isTwice = chance.happens(0.5);
  const twice = isTwice ? [strike(0, 'provider', `${provider} create`, { type: 'twice' })] : [];
  const database = { of: 'etcd', cluster } as const;
  const loss = chance.oneOf<readonly Step[]>([
    act(consoleDeed(application, 'delete')),
    act({ type: 'ask', application, forWhat: 'register-anew' }),
    act({ type: 'tamper-status', application, how: 'wipe' }),
    [
      at(chance.between(10, 30) * SECOND_MS, { type: 'backup', ...database }),
      at(40 * SECOND_MS, { type: 'ask', application, forWhat: 'rotate' }),
      at(atMs, { type: 'restore', ...database, revision: chance.oneOf(['goes-back', 'goes-on']) }),
    ],
  ]);
  return [...twice, ...loss];
}
