import { setTimeout as delay } from 'node:timers/promises';
import type { Delay, Distortion, Fault, FaultHandle } from '../emulators/faults.ts';
import type { SeededChance } from '../sim/chance.ts';
import type { Tell } from './trace.ts';

/** An emulator in which faults are planted. */
export interface Victim<Operation extends string> {
  readonly name: string;
  readonly emulator: { fault(fault: Fault<Operation>): FaultHandle };
  /** What the operator does most, each as likely as its weight says. */
  readonly operations: readonly (readonly [weight: number, operation: Operation])[];
}

/** An answer that never comes holds the operator up for as long as a call may take. */
const MISHAPS: readonly (readonly [weight: number, mishap: Distortion | Delay])[] = [
  [4, { type: 'reset' }],
  [2, { type: 'status', status: 500 }],
  [1, { type: 'status', status: 503, headers: { 'retry-after': '1' } }],
  [2, { type: 'html' }],
  [2, { type: 'truncate' }],
  [1, { type: 'garbage' }],
  [2, { type: 'timeout' }],
  [2, { type: 'latency', ms: 400 }],
];

/** What says that nothing has happened may come only where nothing has. */
const REFUSAL: Distortion = { type: 'status', status: 429, headers: { 'retry-after': '1' } };

const LEAST_GAP_MS = 20;
const MOST_GAP_MS = 120;

/** While nobody calls, faults do not pile up. */
const MOST_WAITING = 10;

/** Lets calls go wrong until `signal` aborts. Returns how many did. */
export async function plague<Operation extends string>(
  { name, emulator, operations }: Victim<Operation>,
  chance: SeededChance,
  tell: Tell,
  signal: AbortSignal,
): Promise<number> {
  const handles: FaultHandle[] = [];
  while (!signal.aborted) {
    await pause(chance.between(LEAST_GAP_MS, MOST_GAP_MS), signal);
    if (handles.filter(({ hits }) => hits === 0).length >= MOST_WAITING) continue;
    const fault = drawFault(operations, chance);
    const handle = emulator.fault(fault);
    handles.push(handle);
    void handle.hit.then(() => tell(`${name} ${fault.operation}: ${fault.type} ${fault.when} the effect`));
  }
  for (const handle of handles) handle.remove();
  return handles.reduce((sum, { hits }) => sum + hits, 0);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

function drawFault<Operation extends string>(
  operations: Victim<Operation>['operations'],
  chance: SeededChance,
): Fault<Operation> {
  const operation = chance.weighted(operations);
  switch (chance.weighted([[8, 'mishap'] as const, [1, 'refusal'] as const, [1, 'repeat'] as const])) {
    case 'mishap':
      return { operation, when: chance.oneOf(['before', 'after'] as const), ...chance.weighted(MISHAPS) };
    case 'refusal':
      return { operation, when: 'before', ...REFUSAL };
    case 'repeat':
      return { operation, when: 'before', type: 'repeat' };
  }
}
