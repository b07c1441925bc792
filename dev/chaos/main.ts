import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { reportRounds } from './report.ts';
import { playRounds } from './rounds.ts';
import { KINDS } from './story.ts';

const HELP = `Usage: npm run chaos -- [flags]

Lets the operator, a real process with the rights of deploy/base, meet deaths, stops, outages and lost answers on a real
Kubernetes API, with the emulators of both providers, and holds its promises against what is left. In each round
applications are created, edited, rotated, deleted and created again, while
  deaths   the operator is killed, again and again,
  sleep    of two replicas the leader is stopped for longer than its lease and goes on beside its successor,
  outage   etcd and kube-apiserver are killed and started again,
and answers of the providers get lost on either side of their effect. The exit code is 1 when a promise was broken.

  --rounds N        how many rounds, of each kind in turn (default: 3)
  --kind KIND       rounds of this kind alone
  --seed N          the stories of seed N, N + 1 and so on (default: others each time)
  --applications N  in each round (default: 100)
  --blows N         deaths, stops or outages in each round (default: 6)
  -h, --help        print this and exit
`;

const USAGE = 2;
/** So wide that no two runs have a story in common. */
const SEEDS = 2 ** 47;

const Flags = z.object({
  rounds: z.coerce.number().int().min(1).max(10_000),
  kind: z.enum(KINDS).optional(),
  seed: z.coerce.number().int().min(0).optional(),
  applications: z.coerce.number().int().min(1).max(1_000),
  blows: z.coerce.number().int().min(1).max(1_000),
});
type Flags = z.infer<typeof Flags>;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    kind: { type: 'string' },
    seed: { type: 'string' },
    applications: { type: 'string', default: '100' },
    blows: { type: 'string', default: '6' },
    help: { type: 'boolean', short: 'h' },
  },
});
const flags = Flags.safeParse(values);
if (values.help === true) process.stdout.write(HELP);
else if (flags.success) process.exitCode = await chaos(flags.data);
else {
  process.stderr.write(`${z.prettifyError(flags.error)}\nSee --help.\n`);
  process.exitCode = USAGE;
}

async function chaos({ rounds, kind, seed = randomInt(SEEDS), applications, blows }: Flags): Promise<number> {
  const kinds = kind === undefined ? KINDS : [kind];
  const options = { rounds, kinds, seed, applications, blows };
  const played = await playRounds(options, (line) => process.stderr.write(`chaos: ${line}\n`));
  process.stdout.write(`${reportRounds(played)}\n`);
  return played.some(({ breaches }) => breaches.length > 0) ? 1 : 0;
}
