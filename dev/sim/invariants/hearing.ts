import type { Deed } from '../ledger.ts';
import type { Court } from './invariant.ts';

/** What keeps a process from hearing what people do. */
const DEAFENING: ReadonlySet<string> = new Set(['watches', 'api-down', 'process', 'restore', 'outage']);

/** Watches that are silent are cut within minutes. */
const DEAF_MS = 600_000;

/** A pass that is under way goes on; where a provider keeps it waiting, for longer. */
const MARGIN_MS = { undisturbed: 5_000, waiting: 60_000 } as const;

/** How long after people did something the operator may go on as if they had not, ms. */
export function hearingMs({ ledger, world }: Court): number {
  const { lagMs } = world().scenario.shape;
  if (ledger.deeds.some(isDeafening)) return lagMs + DEAF_MS;
  return lagMs + (ledger.happened(undefined, ['strike']) > 0 ? MARGIN_MS.waiting : MARGIN_MS.undisturbed);
}

function isDeafening({ act }: Deed): boolean {
  if (act.type !== 'strike') return DEAFENING.has(act.type);
  const { on, blow } = act.strike;
  return on.side === 'api' || blow.type === 'stopped' || blow.type === 'died';
}
