import { expect, test } from 'vitest';
import { tellFailure } from '../../dev/sim/failure.ts';
import type { Invariant } from '../../dev/sim/invariants/invariant.ts';
import { play } from '../../dev/sim/play.ts';
import { drawScenario } from '../../dev/sim/scenario/draw.ts';
import { shrink } from '../../dev/sim/shrink.ts';
import { NO_TRACE } from '../../dev/sim/trace.ts';
import { ANNOTATIONS } from '../../src/api/names.ts';

/** What it accuses of takes two steps: somebody applies an application, and later somebody asks for a rotation of it. */
const PLANTED: Invariant = {
  name: 'nobody-asks',
  promise: 'Nobody asks for a rotation.',
  rules: [],
  attend: ({ accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'object' || sighting.kind !== 'OAuthApplication' || sighting.by.type !== 'person') return;
      const token = sighting.after?.metadata.annotations?.[ANNOTATIONS.rotateRequestedAt];
      if (token !== undefined) accuse('somebody has asked');
    },
  }),
};

/** Strikes, applications and requests, one of them for a rotation. */
const STORY = drawScenario(4);

const broken = await play(STORY, NO_TRACE, undefined, [PLANTED]);

test('a story is shortened to the steps without which it would not break its promise', async () => {
  expect(broken.accusations).toEqual([expect.objectContaining({ invariant: 'nobody-asks' })]);

  const { scenario, verdict, tries } = await shrink(STORY, broken, [PLANTED]);
  expect(scenario.steps.map(({ act }) => act)).toEqual([
    expect.objectContaining({ type: 'apply' }),
    expect.objectContaining({ type: 'ask', forWhat: 'rotate' }),
  ]);
  expect(STORY.steps).toEqual(expect.arrayContaining([...scenario.steps]));
  expect(verdict.accusations).toEqual([expect.objectContaining({ invariant: 'nobody-asks' })]);
  expect(tries).toBeGreaterThan(2);
});

test('a story that breaks a promise is told in words, from what was broken to how to play it again', async () => {
  const lines: string[] = [];
  await tellFailure(STORY, broken, (line) => lines.push(line), [PLANTED]);

  expect(lines[0]).toBe('seed 4 breaks nobody-asks: somebody has asked');
  expect(lines[1]).toMatch(new RegExp(`^shortened from ${STORY.steps.length} to 2 steps in \\d+ tries:$`));
  expect(JSON.parse(lines[2] ?? '')).toEqual(STORY.shape);
  expect(lines.at(-1)).toBe('again: npm run sim -- --seed 4');
  const words = lines.slice(3, -1).join('\n');
  expect(words).toMatch(/^ +\d+\.\d{3} s {2}people +\{"type":"apply","application":\d+\}$/m);
  expect(words).toMatch(/ s {2}operator-0-0 +writes OAuthApplication \S+: Ready=True InSync, id \S+, secret 1$/m);
  expect(words).toMatch(/ s {2}judge +nobody-asks: somebody has asked$/m);
});
