import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { costing } from './cost.ts';
import { crowd, crowdFloor, singles, singlesFloor } from './measure.ts';
import { reportCrowd, reportMachine, reportRotations, reportSingles } from './report.ts';
import { rotations } from './rotation.ts';
import { type Stage, setUp } from './stage.ts';

const HELP = `Usage: npm run bench [-- flags]

Measures the operator on a real Kubernetes API, against an emulator of logi without rate limits, and prints tables.
Each figure stands beside its floor: the least that any script could do, in the same run.

  --only SCENARIO   one scenario alone, or several when repeated (default: all):
                      crowd     applications that are applied at once
                      single    one application after the other
                      rotation  secrets that are replaced at once, each used by a Deployment that is rolled
  --applications N  how many in crowd (default: 200)
  --samples N       how many in single (default: 300)
  --rotations N     how many in rotation (default: 100)
  --latency MS      time that each call to the provider takes (default: 20)
  -h, --help        print this and exit
`;

const USAGE = 2;

const Count = z.coerce.number().int().min(1).max(10_000);
const Flags = z.object({
  only: z.array(z.enum(['crowd', 'single', 'rotation'])),
  applications: Count,
  samples: Count,
  rotations: Count,
  latency: z.coerce.number().int().min(0).max(10_000),
});
type Flags = z.infer<typeof Flags>;

/** Each prints nothing and returns its part of the report. */
const SCENARIOS = {
  async crowd({ applications: count }, stage) {
    say(`${count} applications at once`);
    const floorMs = await crowdFloor(count, stage);
    const [crowded, cost] = await costing(stage, () => crowd(count, stage));
    return reportCrowd({ count, ...crowded, floorMs, cost });
  },
  async single({ samples: count }, stage) {
    say(`one new application, ${count} times`);
    const floorsMs = await singlesFloor(count, stage, 'single');
    const [single, cost] = await costing(stage, () => singles(count, stage, 'single'));
    return reportSingles({ count, ...single, floorsMs, cost });
  },
  async rotation({ rotations: count }, stage) {
    return reportRotations({ count, ...(await rotations(count, stage, say)) });
  },
} as const satisfies Record<Flags['only'][number], (flags: Flags, stage: Stage) => Promise<string>>;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: ['crowd', 'single', 'rotation'] },
    applications: { type: 'string', default: '200' },
    samples: { type: 'string', default: '300' },
    rotations: { type: 'string', default: '100' },
    latency: { type: 'string', default: '20' },
    help: { type: 'boolean', short: 'h' },
  },
});
const flags = Flags.safeParse(values);
if (values.help === true) process.stdout.write(HELP);
else if (flags.success) await bench(flags.data);
else {
  process.stderr.write(`${z.prettifyError(flags.error)}\nSee --help.\n`);
  process.exitCode = USAGE;
}

async function bench(flags: Flags): Promise<void> {
  await using begun = new AsyncDisposableStack();
  say('starting a control plane, the emulator and the operator');
  const stage = await setUp(flags.latency, begun, say);

  say('a few applications to warm up, which are not counted');
  await singlesFloor(Math.ceil(flags.samples / 10), stage, 'warm');
  await singles(Math.ceil(flags.samples / 10), stage, 'warm');

  const reports: string[] = [];
  for (const scenario of new Set(flags.only)) reports.push(await SCENARIOS[scenario](flags, stage));
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', memoryBytes: totalmem() };
  process.stdout.write(`\n${[reportMachine(machine, flags.latency), ...reports].join('\n\n')}\n`);
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
