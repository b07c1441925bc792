import { describe, expect, test } from 'vitest';
import type { Charge, Claimant } from '../../src/idp/charge.ts';
import type { Gate } from '../support/budget-gate.ts';
import { at, claimant, gate, granted, HOUR, MINUTE, spend, waits } from '../support/budget-gate.ts';

describe('the order', () => {
  test.each<{ name: string; why: string; arrive: readonly Claimant[]; served: readonly string[] }>([
    {
      name: 'is by urgency',
      why: 'a deletion blocks a namespace, a drift can wait',
      arrive: [
        claimant('a/drift', 'drift'),
        claimant('a/new', 'new'),
        claimant('a/asked', 'requested'),
        claimant('a/gone', 'deletion'),
        claimant('a/provider', 'provider'),
      ],
      served: ['a/provider', 'a/gone', 'a/asked', 'a/new', 'a/drift'],
    },
    {
      name: 'is by namespace in turn within an urgency',
      why: 'a namespace that floods us delays nobody else',
      arrive: ['a/1', 'a/2', 'a/3', 'b/1', 'c/1', 'b/2'].map((key) => claimant(key)),
      served: ['a/1', 'b/1', 'c/1', 'a/2', 'b/2', 'a/3'],
    },
    {
      name: 'is by arrival within a namespace',
      why: 'nobody is passed over for ever',
      arrive: ['a/2', 'a/1', 'a/3'].map((key) => claimant(key)),
      served: ['a/2', 'a/1', 'a/3'],
    },
    {
      name: 'keeps the turn of who asks again',
      why: 'a pass that runs for another reason must not cost its place',
      arrive: ['a/1', 'a/2', 'a/1'].map((key) => claimant(key)),
      served: ['a/1', 'a/2'],
    },
    {
      name: 'moves who became more urgent',
      why: 'an application that is deleted while it waits',
      arrive: [claimant('a/1'), claimant('b/1'), claimant('b/1', 'deletion')],
      served: ['b/1', 'a/1'],
    },
  ])('$name', async ({ arrive, served, why }) => {
    const stage = gate({ createsUnderWay: 1 });
    const first = granted(stage.budget, 'create', claimant('z/z'));
    for (const who of arrive) waits(stage.budget, 'create', who);
    first.end();
    const latest = new Map(arrive.map((who) => [who.key, who]));
    expect(await serveAll(stage, 'create', [...latest.values()]), why).toEqual(served);
  });

  test('is told to those who wait', () => {
    const { budget } = gate({ createsPerHour: 1 });
    spend(budget, 'create', 1);
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1']) waits(budget, 'create', claimant(key));
    const [a1, b1, a2, a3] = ['a/1', 'b/1', 'a/2', 'a/3'].map((key) => waits(budget, 'create', claimant(key)).untilMs);
    expect([a1, b1, a2, a3]).toEqual([1, 2, 3, 4].map((hours) => at('2026-01-12T10:05:00Z') + hours * HOUR));
    expect(waits(budget, 'create', claimant('c/1', 'deletion')).untilMs).toBe(a1);
    expect(waits(budget, 'create', claimant('a/1')).untilMs).toBe(b1);
  });

  test('lets a create and a call of equal urgency pass in the order in which they came', async () => {
    const { budget, clock, woken } = gate({ requestsPerMinute: 1 });
    spend(budget, 'call', 1);
    waits(budget, 'call', claimant('a/1'));
    waits(budget, 'create', claimant('b/1'));
    for (let call = 2; call < 30; call += 1) waits(budget, 'call', claimant(`a/${call}`));
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['a/1']);
    granted(budget, 'call', claimant('a/1')).end();
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['b/1']);
  });

  test('is not lost on a namespace whose calls are served while its create waits', async () => {
    const { budget, clock, woken } = gate({ createsPerHour: 1, requestsPerMinute: 2 });
    spend(budget, 'create', 1);
    waits(budget, 'create', claimant('a/create'));
    waits(budget, 'create', claimant('b/create'));
    for (let minute = 0; minute < 62; minute += 1) {
      granted(budget, 'call', claimant(`a/${minute}`)).end();
      await clock.advance(MINUTE);
    }
    expect(woken()).not.toContain('a/create');
    await clock.advance(MINUTE);
    expect(woken()).toEqual(['a/create']);
  });
});

describe('what somebody asks for without end', () => {
  /** These ask again whenever they were served; who was served, in order, at so many calls a minute. */
  async function servedWith(claimants: readonly Claimant[], requestsPerMinute: number, minutes: number) {
    const { budget, clock, woken } = gate({ requestsPerMinute });
    spend(budget, 'call', requestsPerMinute);
    const served: string[] = [];
    for (const who of claimants) waits(budget, 'call', who);
    for (let minute = 0; minute < minutes; minute += 1) {
      await clock.advance(MINUTE);
      for (const key of woken()) {
        const who = claimants.find((one) => one.key === key);
        if (who === undefined) throw new Error(`woke ${key}, who does not wait`);
        granted(budget, 'call', who).end();
        served.push(key);
        waits(budget, 'call', who);
      }
    }
    return served;
  }

  const greedy = [1, 2, 3].map((at) => claimant(`greedy/${at}`, 'requested'));

  test('leaves one turn of eight to what is less urgent, and one of those in turn to what is less urgent still', async () => {
    const others = [claimant('calm/new', 'new'), claimant('calm/drift', 'drift')];
    const served = await servedWith([...greedy, ...others], 2, 70);
    const turns = served.flatMap((key, turn) => (key.startsWith('calm/') ? [`${turn}: ${key}`] : []));
    const most = [7, 15, 23, 31, 39, 47, 55].map((turn) => `${turn}: calm/new`);
    expect(turns.slice(0, 8)).toEqual([...most, '63: calm/drift']);
  });

  test('goes before nothing that the provider object itself needs', async () => {
    const provider = [1, 2, 3].map((at) => claimant(`/provider ${at}`, 'provider'));
    const served = await servedWith([...greedy, ...provider], 2, 20);
    expect(served.filter((key) => key.startsWith('greedy/'))).toEqual([]);
  });
});

/** Serves whoever is woken, one after the other, as soon as the former has ended; returns the order. */
async function serveAll(
  { budget, clock, woken }: Gate,
  charge: Charge,
  claimants: readonly Claimant[],
): Promise<string[]> {
  const order: string[] = [];
  while (order.length < claimants.length) {
    const [key, ...others] = woken();
    expect(others).toEqual([]);
    const who = claimants.find((one) => one.key === key);
    if (who === undefined) throw new Error(`woke ${key}, who does not wait`);
    order.push(who.key);
    granted(budget, charge, who).end();
    await clock.settle();
  }
  expect(woken(), 'nobody is served twice').toEqual([]);
  return order;
}
