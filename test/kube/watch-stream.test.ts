import { expect, test } from 'vitest';
import type { WatchEvent } from '../../src/kube/watch-event.ts';
import { readEvents, splitLines } from '../../src/kube/watch-stream.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { configMap } from './connected.ts';

const WATCHED = { apiVersion: 'v1', kind: 'ConfigMap', name: 'configmaps' };
const { signal } = new AbortController();

async function* inChunks(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const seen: T[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}

function events(text: string): Promise<readonly WatchEvent[]> {
  return all(readEvents(inChunks(Buffer.from(text)), WATCHED, systemClock, signal));
}

test('puts lines together wherever they were cut, inside a character too', async () => {
  const lines = ['{"a":"grüße"}', '{"b":"漢字 🔑"}', '{"c":1}'];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);

  for (let first = 0; first <= bytes.length; first += 1) {
    const second = Math.min(bytes.length, first + 3);
    const chunks = inChunks(bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second));
    expect(await all(splitLines(chunks, 1000)), `cut at ${first}`).toEqual(lines);
  }
  expect(await all(splitLines(inChunks(...[...bytes].map((byte) => Uint8Array.of(byte))), 1000))).toEqual(lines);
});

test('drops a line that was cut off by the end', async () => {
  expect(await all(splitLines(inChunks(Buffer.from('{"a":1}\n{"b":')), 1000))).toEqual(['{"a":1}']);
});

test.each([
  ['in one chunk', [Buffer.from(`${'x'.repeat(101)}\n`)]],
  ['in many chunks without an end', Array.from({ length: 11 }, () => Buffer.from('x'.repeat(10)))],
])('refuses a line that is too long, %s', async (_, chunks) => {
  await expect(all(splitLines(inChunks(...chunks), 100))).rejects.toMatchObject({ failure: 'too-large' });
});

test('takes a line of exactly the limit', async () => {
  expect(await all(splitLines(inChunks(Buffer.from(`${'x'.repeat(100)}\n`)), 100))).toHaveLength(1);
});

test('reads each type of event', async () => {
  const object = configMap('a', '1');
  const bookmark = (annotations: object) => ({
    type: 'BOOKMARK',
    object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: '9', annotations } },
  });
  const lines = [
    { type: 'ADDED', object },
    { type: 'MODIFIED', object },
    { type: 'DELETED', object },
    bookmark({}),
    bookmark({ 'k8s.io/initial-events-end': 'true' }),
    { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } },
  ];

  const seen = await events(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

  expect(seen).toMatchObject([
    { type: 'set', object },
    { type: 'set', object },
    { type: 'deleted', object },
    { type: 'bookmark', resourceVersion: '9', initialEventsEnd: 'no' },
    { type: 'bookmark', resourceVersion: '9', initialEventsEnd: 'yes' },
    { type: 'error', error: { status: 410, reason: 'Expired' } },
  ]);
});

test.each([
  ['no JSON', '{"type":"ADDED","object":{"planted"\n'],
  ['no object', '{"type":"ADDED","object":"planted"}\n'],
  ['no type that exists', '{"type":"planted","object":{}}\n'],
  ['no uid', '{"type":"ADDED","object":{"metadata":{"name":"planted","resourceVersion":"1"}}}\n'],
])('refuses an event with %s, and repeats none of it', async (_, line) => {
  const error = await events(line).catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({ failure: 'malformed' });
  expect(String(error)).not.toContain('planted');
});
