import { expect, test } from 'vitest';
import { drawStory, KINDS, type Planned, standingAfter } from '../../dev/chaos/story.ts';

const OPTIONS = { kind: 'deaths', blows: 6, applications: 300 } as const;

const MANY = drawStory({ ...OPTIONS, seed: 1 }).applications;

test('a seed tells one story, and another seed another', () => {
  expect(drawStory({ ...OPTIONS, seed: 1 })).toEqual(drawStory({ ...OPTIONS, seed: 1 }));
  expect(drawStory({ ...OPTIONS, seed: 2 }).applications).not.toEqual(MANY);
});

test('the applications of a seed are the same in every kind of round', () => {
  const stories = KINDS.map((kind) => drawStory({ ...OPTIONS, kind, seed: 1 }).applications);
  expect(stories).toEqual(KINDS.map(() => MANY));
});

test('both providers, every type and everything that people do are in a story', () => {
  expect(new Set(MANY.map(({ provider, type }) => `${provider} ${type}`))).toEqual(
    new Set(['logi Web', 'logi SinglePage', 'logto Web', 'logto MachineToMachine', 'logto SinglePage']),
  );
  expect(new Set(MANY.flatMap(({ deeds }) => deeds.map(({ type }) => type)))).toEqual(
    new Set(['create', 'edit', 'rotate', 'delete']),
  );
  const isMadeAgain = ({ deeds }: Planned): boolean => deeds.findLast(({ type }) => type === 'delete') !== undefined;
  expect(MANY.some((planned) => isMadeAgain(planned) && standingAfter(planned) !== undefined)).toBe(true);
  expect(MANY.some((planned) => standingAfter(planned) === undefined)).toBe(true);
});

test('people create what is not there, and change what is', () => {
  for (const planned of MANY) {
    for (const [index, { type }] of planned.deeds.entries()) {
      const isThere = standingAfter(planned, index) !== undefined;
      expect(isThere, `${planned.name}: ${type}`).toBe(type !== 'create');
    }
  }
});

test('the deeds of an application come in the order of the blows, and none after the last', () => {
  for (const { deeds } of MANY) {
    const blows = deeds.map(({ blow }) => blow);
    expect(blows).toEqual(blows.toSorted((one, other) => one - other));
    expect(Math.max(0, ...blows)).toBeLessThan(OPTIONS.blows);
  }
});

test('a request for another secret goes with the object that had it, and no edit takes it back', () => {
  const types = ['rotate', 'edit', 'delete', 'create'] as const;
  const deeds = types.map((type) => ({ type, blow: 0, afterMs: 0 }));
  const planned: Planned = { name: 'shop', provider: 'logto', type: 'Web', born: 'before', deeds };
  expect([1, 2, 3, 4].map((count) => standingAfter(planned, count)?.token)).toEqual([
    'for shop',
    'for shop',
    undefined,
    undefined,
  ]);
});

test('nobody asks twice for another secret of one object, or where a lost create may have cost one', () => {
  for (const { provider, born, type, deeds } of MANY) {
    const rotations = deeds.filter((deed) => deed.type === 'rotate').length;
    const most = type === 'SinglePage' || (provider === 'logi' && born === 'during') ? 0 : 1;
    expect(rotations).toBeLessThanOrEqual(most);
  }
});
