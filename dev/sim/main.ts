import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { tellFailure } from './failure.ts';
import { FIXED_STORIES, freshSeed } from './fixed.ts';
import { checkMutants } from './mutants/check.ts';
import { play } from './play.ts';
import { drawScenario } from './scenario/draw.ts';
import { NO_TRACE, traceInWords } from './trace.ts';

const HELP = `Plays stories in which people, faults and deaths meet the operator, and holds its promises against each.

  npm run sim                    as many stories as npm test plays
  npm run sim -- --seeds N       N stories that nobody has played before
  npm run sim -- --seeds N --from S   stories S to S + N - 1
  npm run sim -- --seed S        story S alone, told in words
  npm run sim -- --mutants       breaks the protocol in each known way, and shows that the stories of npm test tell
  npm run sim -- --mutants --write   and writes docs/guarantees/mutants.md
  npm run sim -- --mutants --told    plays of each way the one story alone that docs/guarantees/mutants.md names
  npm run sim -- --mutant NAME   one of these ways alone

A story that breaks a promise is shortened, told in words, and named by its seed; the exit code is 1. So it is when a
mutant is not told of.
`;

const PROGRESS_MS = 10_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    mutants: { type: 'boolean' },
    mutant: { type: 'string' },
    write: { type: 'boolean' },
    told: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help === true) process.stdout.write(HELP);
else if (values.mutants === true || values.mutant !== undefined) process.exitCode = await breakIt();
else if (values.seed !== undefined) process.exitCode = await tell(whole(values.seed, '--seed'));
else process.exitCode = await playMany();

async function breakIt(): Promise<number> {
  if (values.write === true && (values.told === true || values.mutant !== undefined)) {
    process.stderr.write('--write looks for a story for every mutant: give neither --told nor --mutant with it\n');
    return 2;
  }
  const how = values.told === true ? 'told' : 'hunt';
  return checkMutants({
    only: values.mutant,
    how: values.write === true ? 'write' : how,
    write: (line) => process.stdout.write(`${line}\n`),
  });
}

async function tell(seed: number): Promise<number> {
  const { accusations } = await play(
    drawScenario(seed),
    traceInWords((line) => process.stdout.write(`${line}\n`)),
  );
  for (const { invariant, sentence } of accusations) process.stdout.write(`BROKEN ${invariant}: ${sentence}\n`);
  return accusations.length === 0 ? 0 : 1;
}

async function playMany(): Promise<number> {
  const count = values.seeds === undefined ? FIXED_STORIES : whole(values.seeds, '--seeds');
  const fresh = values.seeds === undefined ? 1 : freshSeed();
  const from = values.from === undefined ? fresh : whole(values.from, '--from');
  const began = performance.now();
  let said = began;
  let broken = 0;
  process.stdout.write(`stories ${from} to ${from + count - 1}; ${availableParallelism()} cores, one is used\n`);
  for (let seed = from; seed < from + count; seed += 1) {
    const scenario = drawScenario(seed);
    const verdict = await play(scenario, NO_TRACE);
    if (verdict.accusations.length > 0) {
      broken += 1;
      await tellFailure(scenario, verdict, (line) => process.stdout.write(`${line}\n`));
    }
    if (performance.now() - said < PROGRESS_MS) continue;
    said = performance.now();
    process.stdout.write(`  ${seed - from + 1} played, ${broken} broken, ${rate(seed - from + 1, began)} a minute\n`);
  }
  const { user, system } = process.cpuUsage();
  const eachMs = Math.round((user + system) / 1_000 / count);
  process.stdout.write(
    `${count} stories, ${broken} broken, ${rate(count, began)} a minute; ${eachMs} ms of processor time each\n`,
  );
  return broken === 0 ? 0 : 1;
}

function rate(played: number, began: number): number {
  return Math.round((played / (performance.now() - began)) * 60_000);
}

function whole(text: string, flag: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    process.stderr.write(`${flag} takes a whole number, and not ${text}\n`);
    process.exit(2);
  }
  return value;
}
