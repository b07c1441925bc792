import { expect, test } from 'vitest';
import { TransportError } from '../../src/kube/errors.ts';
import { everyPage, type Page } from '../../src/kube/pages.ts';

interface Collection {
  /** Of the objects, in no unit; an answer of more than ten is too large. */
  readonly weights: readonly number[];
  readonly pageSize?: number;
}

const LARGEST_ANSWER = 10;

/** Lists a collection, and notes what was asked for: `how many from where`, and `!` where the answer was too large. */
async function listed({ weights, pageSize = 500 }: Collection) {
  const asked: string[] = [];
  const read = async (size: number, next = '0'): Promise<Page<number>> => {
    const from = Number(next);
    const items = weights.slice(from, from + size);
    const isTooLarge = items.reduce((sum, weight) => sum + weight, 0) > LARGEST_ANSWER;
    asked.push(`${size} from ${from}${isTooLarge ? '!' : ''}`);
    if (isTooLarge) throw new TransportError('too-large', 'over the limit');
    const end = from + items.length;
    return { items, resourceVersion: '9', next: end < weights.length ? String(end) : undefined };
  };
  const outcome = await everyPage(pageSize, read).catch((error: unknown) => error);
  return { asked, outcome };
}

test('a page that is too large is asked for again with a tenth of its objects, from where it began', async () => {
  const weights = [...new Array(500).fill(0), ...new Array(40).fill(1)];

  const { asked, outcome } = await listed({ weights });

  expect(outcome).toEqual({ items: weights, resourceVersion: '9' });
  expect(asked.slice(0, 3)).toEqual(['500 from 0', '500 from 500!', '50 from 500!']);
  expect(asked[3]).toBe('5 from 500');
});

test('after a page that fits the next one is twice as large, so that a few large objects do not cost many requests', async () => {
  const weights = [4, 4, 4, ...new Array(5000).fill(0)];

  const { asked, outcome } = await listed({ weights });

  expect(outcome).toMatchObject({ items: weights });
  expect(asked.slice(0, 6)).toEqual(['500 from 0!', '50 from 0!', '5 from 0!', '1 from 0', '2 from 1', '4 from 3']);
  expect(asked.slice(6, 13).map((each) => each.split(' ')[0])).toEqual(['8', '16', '32', '64', '128', '256', '500']);
  expect(asked.length).toBeLessThan(30);
});

test('an object that alone is too large ends the list', async () => {
  const { asked, outcome } = await listed({ weights: [1, 11, 1], pageSize: 100 });
  expect(outcome).toMatchObject({ failure: 'too-large' });
  expect(asked).toEqual(['100 from 0!', '10 from 0!', '1 from 0', '2 from 1!', '1 from 1!']);
});

test('any other failure ends the list at once', async () => {
  const failure = new TransportError('timeout', '30000 ms');
  const asked: number[] = [];
  const read = async (size: number): Promise<Page<never>> => {
    asked.push(size);
    throw failure;
  };
  await expect(everyPage(500, read)).rejects.toBe(failure);
  expect(asked).toEqual([500]);
});
