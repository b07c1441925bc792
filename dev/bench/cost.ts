import type { Calls } from './provider.ts';
import type { Stage } from './stage.ts';

/** What a part of the benchmark cost. */
export interface Cost {
  readonly calls: Calls;
  readonly writes: Calls;
  /** Seconds of processor time of the operator. */
  readonly cpuSeconds: number;
  /** Resident memory of the operator afterwards, bytes. */
  readonly rssBytes: number;
}

/** Runs a part and says what it cost the operator, the provider and the API server. */
export async function costing<T>(stage: Stage, part: () => Promise<T>): Promise<readonly [T, Cost]> {
  const before = await reading(stage);
  const result = await part();
  const after = await reading(stage);
  const cost: Cost = {
    calls: difference(before.calls, after.calls),
    writes: difference(before.writes, after.writes),
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    rssBytes: after.rssBytes,
  };
  return [result, cost];
}

async function reading({ cluster, provider, operator }: Stage) {
  const page = await (await fetch(`${operator.url}/metrics`)).text();
  const gauge = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
  return {
    calls: await provider.calls(),
    writes: Object.fromEntries(await cluster.writes()),
    cpuSeconds: gauge('process_cpu_seconds_total'),
    rssBytes: gauge('process_resident_memory_bytes'),
  };
}

function difference(before: Calls, after: Calls): Calls {
  const changes = Object.entries(after).map(([what, count]) => [what, count - (before[what] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, count]) => count > 0));
}
