import type { Cost } from './cost.ts';
import type { Crowd, Singles } from './measure.ts';
import type { Rotations } from './rotation.ts';

/** A scenario that was run with so many objects. */
export interface Counted {
  readonly count: number;
}

/** What it was measured on. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryBytes: number;
  /** Processes that wanted a core in the minute before. */
  readonly loadBefore: number;
}

export const HEAD = ['| What | Operator | Floor | Ratio |', '| --- | ---: | ---: | ---: |'];

/** The line above the tables, which are in Markdown. */
export function reportMachine({ cores, model, memoryBytes, loadBefore }: Machine, latencyMs: number): string {
  return [
    `${cores} cores (${model}), ${gigabytes(memoryBytes)}, Node.js ${process.version}, provider latency ${latencyMs} ms.`,
    `Load by others in the minute before: ${loadBefore.toFixed(1)}.`,
  ].join(' ');
}

/** Applications at once. Times in ms. */
export function reportCrowd(crowd: Crowd & Counted & { readonly floorMs: number; readonly cost: Cost }): string {
  const { count, lastSecretMs, lastReadyMs, floorMs, cost } = crowd;
  return [
    `${count} applications at once. Floor: the same by a script, one create at a time.`,
    '',
    ...HEAD,
    row('to the last Secret', lastSecretMs, floorMs),
    row('to the last Ready', lastReadyMs, floorMs),
    '',
    ...costTable('application', count, cost),
  ].join('\n');
}

/** One application after the other. Times in ms. */
export function reportSingles(
  singles: Singles & Counted & { readonly floorsMs: readonly number[]; readonly cost: Cost },
): string {
  const { count, secretMs, readyMs, floorsMs, cost } = singles;
  return [
    `One application, ${count} times. Floor: the same registration and Secret by a script.`,
    '',
    ...HEAD,
    ...percentileRows('to its Secret', secretMs, floorsMs),
    ...percentileRows('to Ready', readyMs, floorsMs),
    '',
    ...costTable('application', count, cost),
  ].join('\n');
}

/** Rotations at once. */
export function reportRotations({
  count,
  gapsMs,
  floorsMs,
  lastSecretMs,
  lastPodMs,
  cost,
}: Rotations & Counted): string {
  return [
    `${count} rotations at once, each Secret used by a Deployment of one Pod.`,
    "Gap: from the provider's answer, which ends the old secret, until a watch shows the new one in its Secret.",
    `Floor: from the sending of a bare write of a Secret until the same watch shows it; ${floorsMs.length} of them meanwhile.`,
    '',
    ...HEAD,
    ...percentileRows('gap', gapsMs, floorsMs),
    `| to the last Secret | ${duration(lastSecretMs)} | | |`,
    `| to the last new Pod, and the last old one gone | ${duration(lastPodMs)} | | |`,
    '',
    ...costTable('rotation', count, cost),
  ].join('\n');
}

export function costTable(
  unit: string,
  count: number,
  { calls, writes, cpuSeconds, rssBytes }: Cost,
): readonly string[] {
  const counts = (title: string, by: Cost['calls']): readonly string[] =>
    Object.keys(by)
      .toSorted()
      .map((name) => `| ${title}: ${name} | ${each(by[name] ?? 0, count)} |`);
  return [
    `| Per ${unit} | |`,
    '| --- | ---: |',
    ...counts('provider', calls),
    ...counts('API server', writes),
    `| processor time of the operator | ${each(cpuSeconds * 1_000, count)} ms |`,
    `| resident memory of the operator afterwards, in all | ${megabytes(rssBytes)} |`,
  ];
}

function percentileRows(what: string, values: readonly number[], floors: readonly number[]): readonly string[] {
  return [50, 99].map((percent) =>
    row(`${what}, p${percent} of ${values.length}`, percentile(values, percent), percentile(floors, percent)),
  );
}

/** The smallest of `values` that `percent` of them do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function row(what: string, ms: number, floorMs: number): string {
  return `| ${what} | ${duration(ms)} | ${duration(floorMs)} | ${(ms / floorMs).toFixed(1)} |`;
}

export function each(total: number, count: number): string {
  return (total / count).toFixed(2);
}

export function duration(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
