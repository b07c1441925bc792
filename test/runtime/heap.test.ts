import { expect, test } from 'vitest';
import { heap } from '../../src/runtime/heap.ts';

interface Member {
  readonly rank: number;
}

test('gives its members in order after any mixture of pushes and removals', () => {
  const members = heap<Member>((a, b) => a.rank < b.rank);
  const model = new Set<Member>();
  let state = 1;
  const pick = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };

  for (let step = 0; step < 5_000; step += 1) {
    const known = [...model];
    const victim = pick(2) === 0 ? members.peek() : known[pick(Math.max(1, known.length))];
    if (victim !== undefined && pick(9) < 4) {
      members.remove(victim);
      model.delete(victim);
    } else {
      const member = { rank: pick(500) };
      members.push(member);
      model.add(member);
    }
    expect(members.size()).toBe(model.size);
    expect(members.peek()?.rank).toBe(model.size === 0 ? undefined : Math.min(...[...model].map(({ rank }) => rank)));
  }

  const drained: number[] = [];
  for (let first = members.peek(); first !== undefined; first = members.peek()) {
    drained.push(first.rank);
    members.remove(first);
  }
  expect(drained).toEqual([...model].map(({ rank }) => rank).sort((a, b) => a - b));
});

test('does nothing when asked to remove a stranger', () => {
  const members = heap<Member>((a, b) => a.rank < b.rank);
  const member = { rank: 1 };
  members.push(member);
  members.remove({ rank: 1 });
  expect(members.size()).toBe(1);
  expect(members.peek()).toBe(member);
});
