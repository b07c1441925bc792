import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { costing } from './cost.ts';
import { setUpDay } from './day.ts';
import { driftPass } from './drift.ts';
import { crowd, crowdFloor, singles, singlesFloor } from './measure.ts';
import { overlaps } from './overlap.ts';
import { reportCrowd, reportMachine, reportRotations, reportSingles } from './report.ts';
import { reportDrift, reportLogtoCrowd, reportOverlaps } from './report-logto.ts';
import { rotations } from './rotation.ts';
import { setUpLogi, setUpLogto } from './stage.ts';

const SCENARIOS = ['crowd', 'single', 'rotation', 'logto', 'logto-rotation'] as const;
type Scenario = (typeof SCENARIOS)[number];

const HELP = `Usage: npm run bench [-- flags]

Measures the operator on a real Kubernetes API, against emulators without rate limits, and prints tables.
Each figure stands beside its floor: the least that any script could do, in the same run.

  --only SCENARIO   one scenario alone, or several when repeated (default: all):
                      crowd           applications at logi that are applied at once
                      single          one application at logi after the other
                      rotation        secrets at logi that are replaced at once, each used by a Deployment that is rolled
                      logto           applications at Logto that are applied at once, and a look over them when settled
                      logto-rotation  secrets at Logto that are replaced at once, each used by a Deployment of 3 Pods
                                      that log in all the time, until the old ones are deleted a day later
  --applications N  how many in crowd (default: 200)
  --samples N       how many in single (default: 300)
  --rotations N     how many in rotation and in logto-rotation (default: 100)
  --many N          how many in logto (default: 1000)
  --latency MS      time that each call to the provider takes (default: 20)
  -h, --help        print this and exit
`;

const USAGE = 2;

/** Applications that get code and connections ready. */
const WARM = 30;

const Count = z.coerce.number().int().min(1).max(10_000);
const Flags = z.object({
  only: z.array(z.enum(SCENARIOS)),
  applications: Count,
  samples: Count,
  rotations: Count,
  many: Count,
  latency: z.coerce.number().int().min(0).max(10_000),
});
type Flags = z.infer<typeof Flags>;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [...SCENARIOS] },
    applications: { type: 'string', default: '200' },
    samples: { type: 'string', default: '300' },
    rotations: { type: 'string', default: '100' },
    many: { type: 'string', default: '1000' },
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

/** Scenarios that share a stage run one after the other; each stage ends before the next begins. */
async function bench(flags: Flags): Promise<void> {
  const loadBefore = loadavg()[0] ?? Number.NaN;
  const only = new Set(flags.only);
  const reports: string[] = [];
  if (only.has('crowd') || only.has('single') || only.has('rotation')) reports.push(...(await atLogi(flags, only)));
  if (only.has('logto')) reports.push(...(await atLogto(flags)));
  if (only.has('logto-rotation')) reports.push(await rotationsAtLogto(flags));
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', memoryBytes: totalmem(), loadBefore };
  process.stdout.write(`\n${[reportMachine(machine, flags.latency), ...reports].join('\n\n')}\n`);
}

async function atLogi(flags: Flags, only: ReadonlySet<Scenario>): Promise<readonly string[]> {
  await using begun = new AsyncDisposableStack();
  say('starting a control plane, the emulator of logi and the operator');
  const stage = await setUpLogi(flags.latency, begun, say);
  say('a few applications to warm up, which are not counted');
  await singlesFloor(Math.ceil(flags.samples / 10), stage, 'warm');
  await singles(Math.ceil(flags.samples / 10), stage, 'warm');

  const reports: string[] = [];
  if (only.has('crowd')) {
    const count = flags.applications;
    say(`${count} applications at once`);
    const floorMs = await crowdFloor(count, stage, say);
    const [crowded, cost] = await costing(stage, () => crowd(count, stage, say));
    reports.push(reportCrowd({ count, ...crowded, floorMs, cost }));
  }
  if (only.has('single')) {
    const count = flags.samples;
    say(`one new application, ${count} times`);
    const floorsMs = await singlesFloor(count, stage, 'single');
    const [single, cost] = await costing(stage, () => singles(count, stage, 'single'));
    reports.push(reportSingles({ count, ...single, floorsMs, cost }));
  }
  if (only.has('rotation')) {
    const count = flags.rotations;
    reports.push(reportRotations({ count, ...(await rotations(count, stage, say)) }));
  }
  return reports;
}

async function atLogto({ many: count, latency }: Flags): Promise<readonly string[]> {
  await using begun = new AsyncDisposableStack();
  say('starting a control plane, the emulator of Logto and the operator');
  const stage = await setUpLogto(latency, begun, say);
  say('a few applications to warm up, which are not counted');
  await singlesFloor(WARM, stage, 'warm');
  await singles(WARM, stage, 'warm');

  say(`${count} applications at once`);
  const floorMs = await crowdFloor(count, stage, say);
  const [crowded, cost] = await costing(stage, () => crowd(count, stage, say));
  const registered = reportLogtoCrowd({ count, ...crowded, lanes: stage.provider.lanes, floorMs, cost });
  return [registered, reportDrift({ count, ...(await driftPass(stage, say)) })];
}

async function rotationsAtLogto({ rotations: count, latency }: Flags): Promise<string> {
  await using begun = new AsyncDisposableStack();
  say('starting a control plane, the emulator of Logto and the operator');
  const stage = await setUpDay(latency, begun, say);
  return reportOverlaps({ count, ...(await overlaps(count, stage, say)) });
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
