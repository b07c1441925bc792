import { play } from '../../play.ts';
import { drawScenario } from '../../scenario/draw.ts';
import { NO_TRACE } from '../../trace.ts';

/** Plays the stories from one seed to another, tells what became of each, and ends at the first that accuses. */
const [from, to] = process.argv.slice(2).map(Number);
if (from === undefined || to === undefined) throw new Error('give the first seed and the last one');
for (let seed = from; seed <= to; seed += 1) {
  const { accusations } = await play(drawScenario(seed), NO_TRACE, 'first');
  process.send?.({ seed, accusation: accusations[0] });
  if (accusations.length > 0) break;
}
process.disconnect();
