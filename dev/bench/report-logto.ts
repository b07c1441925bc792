import type { Cost } from './cost.ts';
import type { Drift } from './drift.ts';
import type { Crowd } from './measure.ts';
import type { Overlaps } from './overlap.ts';
import { type Counted, costTable, duration, each, HEAD, percentile, row } from './report.ts';

/** Applications at once. Times in ms. */
export function reportLogtoCrowd(
  crowd: Crowd & Counted & { readonly lanes: number; readonly floorMs: number; readonly cost: Cost },
): string {
  const { count, lanes, lastSecretMs, lastReadyMs, floorMs, cost } = crowd;
  const calls = Object.values(cost.calls).reduce((sum, of) => sum + of, 0);
  return [
    `${count} applications at Logto at once. Floor: the same by a script, ${lanes} creates at a time.`,
    '',
    ...HEAD,
    row('to the last Secret', lastSecretMs, floorMs),
    row('to the last Ready', lastReadyMs, floorMs),
    '',
    `${calls} calls at Logto in all, ${each(calls, count)} per application. Nobody can do with fewer than 2: the create`,
    'makes the secret and does not show it, so that it is listed.',
    '',
    ...costTable('application', count, cost),
  ].join('\n');
}

/** A look over settled applications. */
export function reportDrift({ count, lookMs, floorsMs, cost, idle }: Drift & Counted): string {
  const table = Object.entries({ ...prefixed('provider', cost.calls), ...prefixed('API server', cost.writes) });
  const cpuMs = (cost.cpuSeconds - idle.cpuSeconds) * 1_000;
  return [
    `A look over ${count} settled applications at Logto. From the answer to the listing until it is written down, all`,
    'compared. Floor: the call itself, bare, until its answer is read.',
    '',
    ...HEAD,
    row('the look', lookMs, percentile(floorsMs, 50)),
    '',
    '| In all | |',
    '| --- | ---: |',
    ...table.map(([what, number]) => `| ${what} | ${number} |`),
    `| processor time of the operator, less ${duration(idle.cpuSeconds * 1_000)} that it takes when idle | ${duration(cpuMs)} |`,
  ].join('\n');
}

/** Rotations with an overlap. */
export function reportOverlaps(overlaps: Overlaps & Counted): string {
  const { count, lastSecretMs, lastPodMs, floor, lastRetiredMs, logins, rotated, retired } = overlaps;
  return [
    `${count} rotations at Logto at once, each Secret used by a Deployment of 3 Pods that log in once a second with what`,
    'they started with, and a day of overlap. The day passes in three leaps of the clocks of Logto, of the operator and of',
    'what it hears of the API server. Floor: issue, write, roll by a script, as many, with the same Pods.',
    '',
    ...HEAD,
    row('to the last Secret', lastSecretMs, floor.lastSecretMs),
    row('to the last new Pod, and the last old one gone', lastPodMs, floor.lastPodMs),
    `| after the day, until the last old secret is gone | ${duration(lastRetiredMs)} | | |`,
    '',
    '| Logins | |',
    '| --- | ---: |',
    `| made, by ${logins.pods} Pods | ${logins.made} |`,
    `| of these with the old secret after the new one was issued | ${logins.withSuperseded} |`,
    `| refused | ${logins.refused} |`,
    `| unanswered | ${logins.unanswered} |`,
    '',
    `Applications by their number of secrets at Logto: after the roll ${histogram(overlaps.secretsMeanwhile)}; at the end`,
    `${histogram(overlaps.secretsAtTheEnd)}. The script's ${count} keep their two, and the operator's own has one.`,
    '',
    ...costTable('rotation, until the new Pods run', count, rotated),
    '',
    ...costTable('rotation, for the day after and the end of the old secret', count, retired),
  ].join('\n');
}

function histogram(counts: ReadonlyMap<number, number>): string {
  const numbers = [...counts].toSorted(([one], [other]) => one - other);
  return numbers.map(([secrets, applications]) => `${applications} with ${secrets}`).join(', ');
}

function prefixed(title: string, counts: Cost['calls']): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${title}: ${name}`, count]));
}
