/**
 * A process that becomes leader over a Lease in its own memory and writes what its fence says for each line that it is
 * sent. For leader-stopped.test.ts.
 */
import { createInterface } from 'node:readline';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { electLeader } from '../../src/runtime/leader.ts';
import { leaseServer } from '../support/lease-store.ts';

const leadership = await electLeader(
  {
    store: leaseServer(systemClock).client().store,
    clock: systemClock,
    chance: systemChance,
    identity: 'a',
    durationMs: 15_000,
    renewDeadlineMs: 10_000,
    retryMs: 2_000,
    onEvent: () => undefined,
  },
  new AbortController().signal,
);

const lines = createInterface({ input: process.stdin });
lines.on('line', () => console.log(leadership.remainingMs()));
lines.on('close', () => process.exit());
