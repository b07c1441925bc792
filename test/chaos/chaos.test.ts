import { expect, test } from 'vitest';
import { playRounds } from '../../dev/chaos/rounds.ts';
import { KINDS } from '../../dev/chaos/story.ts';

/** A control plane of its own, and three rounds; on a busy machine each of them takes minutes. */
const LIMIT_MS = 1_200_000;

test(
  'deaths, stops, outages and lost answers leave one registration per object, working credentials and nothing of others touched',
  async () => {
    const told: string[] = [];
    const rounds = await playRounds({ rounds: KINDS.length, seed: 1, applications: 100, blows: 3 }, (line) => {
      told.push(line);
    });
    expect(rounds.map(({ story }) => story.kind)).toEqual(KINDS);
    expect(
      rounds.flatMap(({ breaches }) => breaches),
      told.join('\n'),
    ).toEqual([]);

    const [deaths, sleep, outage] = rounds.map(({ figures }) => figures);
    expect(deaths?.kills).toBeGreaterThanOrEqual(3);
    expect(sleep?.stops).toBe(3);
    expect(outage?.outages).toBe(3);
    for (const { figures, evidence } of rounds) {
      expect(figures.faults).toBeGreaterThan(0);
      expect(evidence.wanted.flatMap(({ token }) => token ?? [])).not.toEqual([]);
      // At rest no operation is open: what was read of it stood in an earlier status.
      expect(evidence.texts.find(({ place }) => place === 'an application')?.text).toContain('"operation":{');
    }
  },
  LIMIT_MS,
);
