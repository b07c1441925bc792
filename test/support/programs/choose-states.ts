import { readFileSync, writeFileSync } from 'node:fs';
import { conditionIn, RecordedState, STATES } from '../states.ts';

/** Chooses from a recording the fewest states that show everything, and keeps them without what is another's each time. */

const MOMENT = '2026-01-01T00:00:00Z';

const [, , file = ''] = process.argv;
const lines = [...new Set(readFileSync(file, 'utf8').trim().split('\n').map(lasting))].toSorted();

const shown = new Set<string>();
const chosen: RecordedState[] = [];
for (const state of lines.map((line) => RecordedState.parse(JSON.parse(line)))) {
  const fresh = sightsIn(state).filter((sight) => !shown.has(sight));
  if (fresh.length === 0) continue;
  for (const sight of fresh) shown.add(sight);
  chosen.push(state);
}
writeFileSync(STATES, `${JSON.stringify(chosen, undefined, 2)}\n`);
process.stdout.write(`${chosen.length} states of ${lines.length}\n`);

/** The state without times, and without names and addresses that a test draws. */
function lasting(line: string): string {
  return line
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, MOMENT)
    .replaceAll(/127\.0\.0\.1:\d+/g, 'id.example.com')
    .replaceAll(/\btest-[0-9a-f]{10}\b/g, 'store')
    .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, '8f3c2a51-0000-4000-8000-000000000000');
}

function sightsIn(state: RecordedState): readonly string[] {
  const { kind, metadata, status } = state;
  const ready = conditionIn(state, 'Ready')?.reason ?? 'nothing';
  const words = (status?.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value} ${reason}`);
  const progress = ['Reconciling', 'Stalled', 'Suspended'].filter((type) => conditionIn(state, type) !== undefined);
  const age = status?.observedGeneration === metadata.generation ? 'present' : 'past';
  const end = metadata.deletionTimestamp === undefined ? 'kept' : 'deleted';
  return [...words, `${ready} ${progress.join()}`, age, end].map((sight) => `${kind}: ${sight}`);
}
