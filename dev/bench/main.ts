import { mkdtemp } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { removeWhenOwnerEnds } from '../child.ts';
import { startControlPlane } from '../control-plane.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import { installDefinitions, installRights, NAMESPACE, startOperator, succeeded } from '../operator.ts';
import { openCluster } from './cluster.ts';
import type { Stage } from './measure.ts';
import { costing, crowd, crowdFloor, providerManifest, singles, singlesFloor } from './measure.ts';
import { startProvider } from './provider.ts';
import { type Results, report } from './report.ts';

const HELP = `Usage: npm run bench [-- flags]

Measures the operator on a real Kubernetes API, against an emulator of logi without rate limits, and prints a table.
Each figure stands beside its floor: the same calls made by the shortest of scripts, in the same run.

  --applications N  how many are applied at once (default: 200)
  --samples N       how many are applied one after the other (default: 300)
  --latency MS      time that each call to the provider takes (default: 20)
  -h, --help        print this and exit
`;

const USAGE = 2;

const Count = z.coerce.number().int().min(1).max(10_000);
const Flags = z.object({ applications: Count, samples: Count, latency: z.coerce.number().int().min(0).max(10_000) });

const { values } = parseArgs({
  options: {
    applications: { type: 'string', default: '200' },
    samples: { type: 'string', default: '300' },
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

async function bench({ applications, samples, latency }: z.infer<typeof Flags>): Promise<void> {
  await using begun = new AsyncDisposableStack();
  say('starting a control plane, the emulator and the operator');
  const stage = await setUp(latency, begun);

  say('a few applications to warm up, which are not counted');
  await singlesFloor(Math.ceil(samples / 10), stage, 'warm');
  await singles(Math.ceil(samples / 10), stage, 'warm');

  say(`${applications} applications at once`);
  const floorMs = await crowdFloor(applications, stage);
  const [many, manyCost] = await costing(stage, () => crowd(applications, stage));
  say(`one new application, ${samples} times`);
  const floorsMs = await singlesFloor(samples, stage, 'single');
  const [single, singleCost] = await costing(stage, () => singles(samples, stage, 'single'));

  const results: Results = {
    latencyMs: latency,
    many: { count: applications, ...many, floorMs, cost: manyCost },
    single: { count: samples, ...single, floorsMs, cost: singleCost },
  };
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', memoryBytes: totalmem() };
  process.stdout.write(`\n${report(results, machine)}\n`);
}

async function setUp(latencyMs: number, begun: AsyncDisposableStack): Promise<Stage> {
  const plane = await startControlPlane({ progress: say });
  begun.defer(() => plane.stop());
  await installDefinitions(plane);
  await installRights(plane);

  const provider = await startProvider(latencyMs);
  begun.defer(() => provider.close());
  const stdin = providerManifest(provider.url, DEFAULT_KEY);
  succeeded(await plane.kubectl(['apply', '-f', '-'], { stdin }));

  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-bench-'));
  begun.defer(removeWhenOwnerEnds(folder));
  const operator = await startOperator(plane, { namespace: NAMESPACE, log: join(folder, 'operator.log') });
  begun.defer(async () => void (await operator.end('SIGTERM')));
  succeeded(await plane.kubectl(['wait', '-n', NAMESPACE, '--for=condition=Ready', 'oap/logi', '--timeout=60s']));

  const cluster = await openCluster(plane);
  begun.defer(() => cluster.close());
  const applications = await cluster.follow(`/apis/oauthapp.dev/v1alpha1/namespaces/${NAMESPACE}/oauthapplications`);
  const secrets = await cluster.follow(`/api/v1/namespaces/${NAMESPACE}/secrets`);
  return { cluster, provider, operator, applications, secrets };
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
