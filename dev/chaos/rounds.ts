import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeWhenOwnerEnds } from '../child.ts';
import { startControlPlane } from '../control-plane.ts';
import { installDefinitions } from '../operator.ts';
import type { Progress } from '../tools/progress.ts';
import { reportRound } from './report.ts';
import { playRound, type Round } from './round.ts';
import { drawStory, KINDS, type Kind, type Story } from './story.ts';
import { createTrace } from './trace.ts';

export interface RoundsOptions {
  readonly rounds: number;
  /** Round n plays the story of `seed + n`. */
  readonly seed: number;
  /** In each round. */
  readonly applications: number;
  /** Deaths, stops or outages in each round. */
  readonly blows: number;
  /** One after the other, and from the first on again. */
  readonly kinds?: readonly Kind[] | undefined;
}

export interface PlayedRound extends Round {
  readonly story: Story;
}

/**
 * Plays rounds on a control plane of their own, each in a namespace and with providers of its own. What belongs to a
 * round with a breach is kept: logs, trace and what was found.
 */
export async function playRounds(options: RoundsOptions, say: Progress): Promise<readonly PlayedRound[]> {
  const { rounds, seed, applications, blows, kinds = KINDS } = options;
  await using begun = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'oauthapp-chaos-'));
  begun.defer(removeWhenOwnerEnds(folder));
  say('starting a control plane');
  const plane = await startControlPlane({ progress: say });
  begun.defer(() => plane.stop());
  await installDefinitions(plane);

  const played: PlayedRound[] = [];
  for (let index = 0; index < rounds; index += 1) {
    const kind = kinds[index % kinds.length] ?? KINDS[0];
    const story = drawStory({ seed: seed + index, kind, blows, applications });
    say(`round ${index + 1} of ${rounds}: ${kind}, seed ${story.seed}, ${applications} applications`);
    const logs = join(folder, `round-${index + 1}`);
    const trace = createTrace();
    const place = { plane, namespace: `chaos-${index + 1}`, folder: logs, tell: trace.tell };
    const round = await playRound(story, place).catch(async (error: unknown) => {
      say(`  cannot go on; kept in ${await keep(logs, trace.text())}`);
      throw error;
    });
    played.push({ ...round, story });
    for (const line of reportRound(round)) say(`  ${line}`);
    if (round.breaches.length > 0) say(`  kept in ${await keep(logs, trace.text(), round)}`);
  }
  return played;
}

/** Copies what tells how it came about to a folder that stays. It holds secrets, though none of this world. */
async function keep(logs: string, trace: string, round?: Round): Promise<string> {
  const kept = await mkdtemp(join(tmpdir(), 'oauthapp-chaos-kept-'));
  await cp(logs, kept, { recursive: true });
  await writeFile(join(kept, 'trace.log'), trace);
  if (round === undefined) return kept;
  const { breaches, evidence } = round;
  const { texts: _, ...found } = evidence;
  await writeFile(join(kept, 'breaches.json'), JSON.stringify(breaches, undefined, 2));
  await writeFile(join(kept, 'evidence.json'), JSON.stringify(found, undefined, 2));
  return kept;
}
