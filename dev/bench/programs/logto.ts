import { z } from 'zod';
import { OPERATOR_ID } from '../../emulators/logto/console.ts';
import { startLogtoEmulator } from '../../emulators/logto.ts';
import { leapingClock } from '../leaping-clock.ts';

/** Logto in a process of its own; see ../logto.ts. `process.argv[2]`: latency of each call, ms. */
const Question = z.union([z.enum(['count', 'listings', 'issued', 'secrets']), z.object({ leapMs: z.number() })]);

const latencyMs = Number(process.argv[2]);
const clock = leapingClock();
const emulator = await startLogtoEmulator({ clock });
emulator.fault({ type: 'latency', ms: latencyMs, when: 'before', times: 'always' });

process.on('disconnect', () => process.exit());
process.on('message', (asked) => process.send?.(answer(Question.parse(asked))));
process.send?.({ url: emulator.url });

function answer(question: z.infer<typeof Question>): object {
  switch (question) {
    case 'count':
      return counts();
    case 'listings':
      return { listings: emulator.journal.filter(({ operation }) => operation === 'list').map(({ at }) => at) };
    case 'issued':
      return { issued: issued() };
    case 'secrets':
      return { secrets: emulator.applications().map(({ id, secrets }) => [id, secrets.length]) };
    default:
      clock.leap(question.leapMs);
      return {};
  }
}

/** A login of a Pod is none of the calls that cost somebody something. */
function counts() {
  const calls: Record<string, number> = {};
  for (const { operation, clientId } of emulator.journal) {
    if (operation === 'token' && clientId !== OPERATOR_ID) continue;
    calls[operation] = (calls[operation] ?? 0) + 1;
  }
  return { calls };
}

function issued() {
  const creates = emulator.journal.filter(({ operation }) => operation === 'create-secret');
  return creates.map(({ applicationId, at }) => [applicationId, at]);
}
