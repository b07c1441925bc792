import { hostname } from 'node:os';
import { z } from 'zod';
import { configFrom } from '../../../src/config.ts';
import { Redacted } from '../../../src/credentials.ts';
import { runOperator } from '../../../src/operator/run.ts';
import { systemSockets } from '../../../src/operator/sockets.ts';
import { systemChance } from '../../../src/runtime/chance.ts';
import { createLog } from '../../../src/telemetry/log.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { leapingClock } from '../leaping-clock.ts';

/** The operator as src/main.ts puts it together, with a clock that can leap; see ../day.ts. `process.argv[2]`: JSON. */
const Start = z.object({ server: z.string(), token: z.string(), namespace: z.string(), flags: z.array(z.string()) });
const Leap = z.object({ leapMs: z.number() });

const { server, token, namespace, flags } = Start.parse(JSON.parse(process.argv[2] ?? ''));
const invocation = configFrom(flags, {});
if (invocation.type !== 'run') throw new Error(`wrong flags: ${flags.join(' ')}`);

const clock = leapingClock();
const stop = new AbortController();
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  clock.leap(Leap.parse(message).leapMs);
  process.send?.({});
});
const ending = await runOperator(
  {
    config: invocation.config,
    namespace,
    sockets: systemSockets({
      server,
      namespace,
      readTls: async () => ({ ca: undefined, cert: undefined, key: undefined }),
      readToken: async () => new Redacted(token),
      tlsServerName: undefined,
      verification: 'verify',
    }),
    clock,
    chance: systemChance,
    log: createLog(invocation.config.logLevel, clock),
    metrics: createMetrics({ version: 'bench', revision: 'unknown' }, 'with-process'),
    instance: hostname(),
    onListening: (port) => process.send?.({ url: `http://127.0.0.1:${port}` }),
  },
  stop.signal,
);
throw new Error(`the operator ended: ${ending}`);
