import type { SeededChance } from '../../chance.ts';
import type { Act, Shape } from '../scenario.ts';
import { at, consoleDeed, SECOND_MS, several } from './steps.ts';
import type { Theme } from './theme.ts';

/** The status still names what bears the mark of an object elsewhere by now, and a change is asked for before a listing. */
export function markedAway(shape: Shape, chance: SeededChance): Theme {
  const atMs = chance.between(30, 60) * SECOND_MS;
  const wanted = { provider: 'logto', type: 'Web', deletionPolicy: 'Delete' } as const;
  const change = chance.oneOf<Act>([
    { type: 'edit', application: 0, to: 'uris' },
    { type: 'ask', application: 0, forWhat: 'rotate' },
    { type: 'delete', application: 0 },
  ]);
  return {
    shape: { ...shape, clusters: 1, lagMs: 20, applications: several(shape, 2, wanted) },
    steps: [at(atMs, consoleDeed(0, 'mark-away')), at(atMs + chance.between(40, 70) * SECOND_MS, change)],
  };
}
