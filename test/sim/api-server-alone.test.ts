import { expect, test } from 'vitest';
import { handOf } from '../../dev/sim/api-server/hand.ts';
import { servedKinds } from '../../dev/sim/api-server/kinds.ts';
import { RULES } from '../../dev/sim/api-server/rules.ts';
import { simulatedApiServer } from '../../dev/sim/api-server/server.ts';
import { customResourceDefinition, kinds } from '../../src/api/crds.ts';
import { collectionPath, queryOf, SECRETS } from '../../src/kube/resources.ts';
import type { ApiRequest } from '../../src/kube/transport.ts';

const KINDS = servedKinds();
const NAMESPACE = 'default';

/** A server on which Secrets are made and watched. What is told is noted as type, name and version. */
function inSimulation() {
  let uids = 0;
  const server = simulatedApiServer({
    clock: { now: () => 1_700_000_000_000 },
    uid: () => `uid-${++uids}`,
    kinds: KINDS,
  });
  const hand = handOf(server, 'somebody');
  const create = (name: string) => hand.create(SECRETS, { metadata: { name, namespace: NAMESPACE } });
  const names = () => server.objects(SECRETS).map(({ metadata }) => metadata.name);

  return { server, hand, create, names, watch, list };

  function watch(resourceVersion: string | number, query: Readonly<Record<string, string>> = {}) {
    const told: string[] = [];
    const parameters = queryOf({ watch: 'true', resourceVersion: String(resourceVersion), ...query });
    const opened = server.watch(get(collectionPath(SECRETS, NAMESPACE) + parameters), {
      line(bytes) {
        const { type, object } = JSON.parse(bytes.toString('utf8'));
        told.push(`${type} ${object.metadata.name ?? object.reason ?? ''}`.trim());
      },
      end: () => void told.push('END'),
    });
    return { told, close: opened.type === 'open' ? opened.close : () => undefined };
  }

  function list(query: Readonly<Record<string, string | undefined>> = {}) {
    const { body } = server.handle(get(collectionPath(SECRETS, NAMESPACE) + queryOf(query)));
    return JSON.parse(Buffer.from(body).toString('utf8'));
  }
}

function get(path: string): ApiRequest {
  return { method: 'GET', path, headers: {}, body: undefined, repeat: 'safe', deadlineMs: 0 };
}

test('tells a watch of a write before the write is answered, and nothing after it was closed', () => {
  const { server, create, watch } = inSimulation();
  const { told, close } = watch(server.revision());
  create('a');
  expect(told).toEqual(['ADDED a']);
  close();
  create('b');
  expect(told).toEqual(['ADDED a']);
});

test('sends bookmarks to those who asked for them', () => {
  const { server, create, watch } = inSimulation();
  const asked = watch(server.revision(), { allowWatchBookmarks: 'true' });
  const silent = watch(server.revision());
  create('a');
  server.bookmark();
  expect(asked.told).toEqual(['ADDED a', 'BOOKMARK']);
  expect(silent.told).toEqual(['ADDED a']);
});

test('forgets at a compaction what came before, for watches and for pages', () => {
  const { server, create, watch, list } = inSimulation();
  for (const name of ['a', 'b', 'c']) create(name);
  const before = server.revision();
  const first = list({ limit: '2' });
  create('d');
  server.compact();

  expect(watch(before).told).toEqual(['ERROR Expired', 'END']);
  expect(list({ limit: '2', continue: first.metadata.continue })).toMatchObject({ code: 410, reason: 'Expired' });
  const { told } = watch(server.revision());
  create('e');
  expect(told).toEqual(['ADDED e']);
});

test('gives versions out again after a restore that takes them back, and then says nothing to who is ahead', () => {
  const { server, create, names, watch } = inSimulation();
  create('a');
  const snapshot = server.snapshot();
  const { told } = watch(server.revision());
  create('lost');
  const ahead = server.revision();
  server.restore(snapshot, 'goes-back');

  expect(told).toEqual(['ADDED lost', 'END']);
  expect(names()).toEqual(['a']);
  expect(server.revision()).toBe(ahead - 1);
  const late = watch(ahead);
  create('b');
  expect(late.told).toEqual([]);
  create('c');
  expect(late.told).toEqual(['ADDED c']);
});

test('refuses every version from before a restore after which they go on', () => {
  const { server, create, names, watch } = inSimulation();
  create('a');
  const snapshot = server.snapshot();
  create('lost');
  const ahead = server.revision();
  server.restore(snapshot, 'goes-on');

  expect(names()).toEqual(['a']);
  expect(server.revision()).toBeGreaterThan(ahead);
  expect(watch(ahead).told).toEqual(['ERROR Expired', 'END']);
  const { told } = watch(server.revision());
  create('b');
  expect(told).toEqual(['ADDED b']);
});

test('keeps a snapshot as it was, whatever comes later', () => {
  const { server, hand, create, names } = inSimulation();
  create('a');
  const snapshot = server.snapshot();
  hand.remove({ resource: SECRETS, namespace: NAMESPACE, name: 'a' });
  create('b');
  server.restore(snapshot, 'goes-on');
  create('c');
  server.restore(snapshot, 'goes-on');
  expect(names()).toEqual(['a']);
});

test('ensures an object that is not there, and merges into one that is', () => {
  const { server, hand } = inSimulation();
  const metadata = { name: 'a', namespace: NAMESPACE };
  expect(hand.ensure(SECRETS, { metadata, stringData: { k: 'v' } })).toMatchObject({ type: 'done' });
  expect(hand.ensure(SECRETS, { metadata: { ...metadata, labels: { l: '1' } } })).toMatchObject({ type: 'done' });
  expect(hand.ensure(SECRETS, { metadata, type: 'other' })).toMatchObject({
    type: 'refused',
    code: 422,
    reason: 'Invalid',
  });
  expect(server.object(SECRETS, NAMESPACE, 'a')).toMatchObject({
    metadata: { labels: { l: '1' } },
    data: { k: Buffer.from('v').toString('base64') },
  });
});

test('knows no rule that our CRDs do not have', () => {
  const schemas = JSON.stringify(kinds().map(customResourceDefinition));
  const unheard = Object.keys(RULES).filter((message) => !schemas.includes(JSON.stringify(message)));
  expect(unheard).toEqual([]);
});
