import type { Cost, Crowd, Singles } from './measure.ts';

/** Everything that was measured. Times in ms. */
export interface Results {
  readonly latencyMs: number;
  readonly many: Crowd & { readonly count: number; readonly floorMs: number; readonly cost: Cost };
  readonly single: Singles & { readonly count: number; readonly floorsMs: readonly number[]; readonly cost: Cost };
}

/** What it was measured on. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryBytes: number;
}

/** The table, in Markdown. */
export function report({ latencyMs, many, single }: Results, { cores, model, memoryBytes }: Machine): string {
  const floor50 = percentile(single.floorsMs, 50);
  const floor99 = percentile(single.floorsMs, 99);
  const one = (times: readonly number[]) => ({ p50: percentile(times, 50), p99: percentile(times, 99) });
  const secret = one(single.secretMs);
  const ready = one(single.readyMs);
  return [
    `${cores} cores (${model}), ${gigabytes(memoryBytes)}, Node.js ${process.version}, provider latency ${latencyMs} ms.`,
    'Floor: the same registrations and Secrets by a script, one create at a time, in the same run.',
    '',
    '| What | Operator | Floor | Ratio |',
    '| --- | ---: | ---: | ---: |',
    row(`${many.count} applications at once, to the last Secret`, many.lastSecretMs, many.floorMs),
    row(`${many.count} applications at once, to the last Ready`, many.lastReadyMs, many.floorMs),
    row(`one application, to its Secret, p50 of ${single.count}`, secret.p50, floor50),
    row(`one application, to its Secret, p99 of ${single.count}`, secret.p99, floor99),
    row(`one application, to Ready, p50 of ${single.count}`, ready.p50, floor50),
    row(`one application, to Ready, p99 of ${single.count}`, ready.p99, floor99),
    '',
    `| Per application | ${many.count} at once | one of ${single.count} |`,
    '| --- | ---: | ---: |',
    ...countRows(many, single, 'calls', 'provider: '),
    ...countRows(many, single, 'writes', 'API server: '),
    `| processor time of the operator | ${each(many.cost.cpuSeconds * 1_000, many.count)} ms | ${each(single.cost.cpuSeconds * 1_000, single.count)} ms |`,
    `| resident memory afterwards | ${megabytes(many.cost.rssBytes)} | ${megabytes(single.cost.rssBytes)} |`,
  ].join('\n');
}

/** The smallest of `values` that `percent` of them do not exceed. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

function row(what: string, ms: number, floorMs: number): string {
  return `| ${what} | ${duration(ms)} | ${duration(floorMs)} | ${(ms / floorMs).toFixed(1)} |`;
}

function countRows(many: Results['many'], single: Results['single'], kind: 'calls' | 'writes', title: string) {
  const names = new Set([many, single].flatMap(({ cost }) => Object.keys(cost[kind])));
  return [...names].toSorted().map((name) => {
    const cells = [many, single].map(({ cost, count }) => each(cost[kind][name] ?? 0, count));
    return `| ${title}${name} | ${cells.join(' | ')} |`;
  });
}

function each(total: number, count: number): string {
  return (total / count).toFixed(2);
}

function duration(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
