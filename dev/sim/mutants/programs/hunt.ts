import { type Accusation, play } from '../../play.ts';
import { drawScenario } from '../../scenario/draw.ts';
import { NO_TRACE } from '../../trace.ts';

/** Plays the stories from one seed to another, tells what became of each, and ends at the first that a judge accuses in. */
const [first, last, ...judges] = process.argv.slice(2);
if (judges.length === 0) throw new Error('give the first seed, the last one, and whose word counts');
const [from, to] = [Number(first), Number(last)];
const isJudged = ({ invariant }: Accusation): boolean => judges.includes(invariant);
for (let seed = from; seed <= to; seed += 1) {
  const { accusations } = await play(drawScenario(seed), NO_TRACE, isJudged);
  const accusation = accusations.find(isJudged);
  process.send?.({ seed, accusation });
  if (accusation !== undefined) break;
}
process.disconnect();
