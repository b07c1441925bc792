import { CHANGES_SECRETS } from '../acts/console.ts';
import { keyOf } from '../deeds.ts';
import type { Court } from './invariant.ts';

/** Clocks further apart keep the operator from issuing a secret that nobody asked for (protocol T6), ms. */
const LARGEST_SKEW_MS = 300_000;

/** The loss that is a person's, the first of the day having been made good (protocol S7). */
const CONTESTED = 2;

/** An application and where its secrets are. */
export interface Losing {
  readonly key: string;
  readonly cluster: number;
  readonly provider: string | undefined;
}

/**
 * Whether a value of this application may stay lost until a person asks for another (protocol S7): its spec says so, or clocks
 * do. At Logto only where the provider itself takes it no more.
 */
export function mayStayLost(losing: Losing, court: Court): boolean {
  const { ledger, world } = court;
  const { key, provider } = losing;
  const planned = world().scenario.shape.applications.find((each) => keyOf(each) === key);
  if (planned?.onSecretLoss !== 'Wait' && !mayClocksBeApart(court)) return false;
  const withdrawn = atConsole(key, court) + restored(losing, court) + ledger.happened(key, ['restore-object']);
  // A status says, too, of a value that reached no Secret: without it that is one that was lost.
  return withdrawn + (provider === 'logto' ? 0 : ledger.happened(key, ['tamper-secret', 'tamper-status'])) > 0;
}

/** Whether people did so much that a value of this application was lost a second time. */
export function mayBeContested(losing: Losing, court: Court): boolean {
  const { key } = losing;
  return court.ledger.happened(key, ['tamper-secret']) + restored(losing, court) + atConsole(key, court) >= CONTESTED;
}

/** How often people put back what holds its Secret, or its registration. */
function restored({ cluster, provider }: Losing, { ledger }: Court): number {
  return ledger.deeds.filter(({ act }) => {
    if (act.type !== 'restore') return false;
    return act.of === 'etcd' ? act.cluster === cluster : act.of === provider;
  }).length;
}

/** How often people changed its secrets at a console, or those of anyone's where a status may have led them astray. */
function atConsole(key: string, { ledger, world }: Court): number {
  const { applications } = world().scenario.shape;
  const isMisled = ledger.misled();
  return ledger.deeds.filter(({ act }) => {
    if (act.type !== 'console' || !CHANGES_SECRETS.has(act.how)) return false;
    const planned = applications[act.application];
    return isMisled || (planned !== undefined && keyOf(planned) === key);
  }).length;
}

/** Of the replicas any may lead. */
function mayClocksBeApart({ ledger, world }: Court): boolean {
  const { replicas, apartMs } = world().scenario.shape;
  let skewMs = 0;
  for (const { act } of ledger.deeds) {
    if (act.type === 'clock') skewMs += act.whose === 'operators' ? act.byMs : -act.byMs;
  }
  return Array.from({ length: replicas }, (_, index) => skewMs + index * apartMs).some(
    (each) => Math.abs(each) > LARGEST_SKEW_MS,
  );
}
