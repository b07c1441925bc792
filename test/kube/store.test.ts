import { describe, expect, test } from 'vitest';
import type { StoreChange, StoreOptions, Undecodable } from '../../src/kube/store.ts';
import { createStore } from '../../src/kube/store.ts';
import { configMap } from './connected.ts';

interface Setting {
  readonly name: string;
  readonly color: string;
}

/** A store of ConfigMaps with a `color`, indexed by it, and the record of what it told. */
function settings(options: Partial<StoreOptions<Setting>> = {}) {
  const undecodable: Undecodable[] = [];
  const store = createStore<Setting>({
    decode({ metadata, ...rest }) {
      const color = (rest['data'] as { color?: string } | undefined)?.color; // what `configMap` puts there
      if (color === undefined) throw new Error('no color');
      return { name: metadata.name, color };
    },
    indexes: { color: ({ color }) => [color] },
    onUndecodable: (object) => void undecodable.push(object),
    ...options,
  });
  const told: string[] = [];
  const changes: StoreChange<Setting>[] = [];
  store.subscribe((change) => {
    changes.push(change);
    const previous = change.type === 'set' && change.previous !== undefined ? `, was ${change.previous.color}` : '';
    told.push(`${change.type} ${change.key} ${change.object.color}${previous}`);
  });
  return { store, told, changes, undecodable };
}

const colored = (name: string, resourceVersion: string, color: string, uid = `uid-${name}`) =>
  configMap(name, resourceVersion, { uid, data: { color } });

test('finds objects by key and by index as they change', () => {
  const { store, told } = settings();

  store.replace([colored('a', '1', 'red'), colored('b', '2', 'red')]);
  store.set(colored('a', '3', 'blue'));

  expect(store.get('shop/a')).toEqual({ name: 'a', color: 'blue' });
  expect(store.byIndex('color', 'red').map(({ name }) => name)).toEqual(['b']);
  expect(store.byIndex('color', 'blue').map(({ name }) => name)).toEqual(['a']);
  expect(told).toEqual(['set shop/a red', 'set shop/b red', 'set shop/a blue, was red']);
});

describe('a store', () => {
  const refused = (store: ReturnType<typeof settings>['store'], version: string, times: number): void => {
    for (let each = 0; each < times; each += 1) store.refused('shop/a', version);
  };

  test('is behind when writes on a version that it holds are refused again and again', () => {
    const { store } = settings();
    store.replace([colored('a', '1', 'red')]);
    refused(store, '1', 4);
    const before = store.isBehind();

    refused(store, '1', 1);

    expect([before, store.isBehind()]).toEqual([false, true]);
  });

  test('is not behind for what was refused of a version that it does not hold', () => {
    const { store } = settings();
    store.replace([colored('a', '1', 'red')]);

    refused(store, '7', 5);

    expect(store.isBehind()).toBe(false);
  });

  test.each([
    ['filled anew', (store: ReturnType<typeof settings>['store']) => store.replace([colored('a', '1', 'red')])],
    ['told of another version', (store: ReturnType<typeof settings>['store']) => store.set(colored('a', '2', 'red'))],
    ['told that it is gone', (store: ReturnType<typeof settings>['store']) => store.remove(colored('a', '1', 'red'))],
  ])('is behind no more when it is %s', (_, happen) => {
    const { store } = settings();
    store.replace([colored('a', '1', 'red')]);
    refused(store, '1', 5);

    happen(store);

    expect(store.isBehind()).toBe(false);
  });
});

test('tells what went while nobody watched', () => {
  const { store, told } = settings();
  store.replace([colored('a', '1', 'red'), colored('b', '2', 'red')]);

  store.replace([colored('b', '2', 'red')]);

  expect(told.slice(2)).toEqual(['gone shop/a red']);
  expect(store.list().map(({ name }) => name)).toEqual(['b']);
  expect(store.byIndex('color', 'red').map(({ name }) => name)).toEqual(['b']);
});

test('tells an object that was deleted and made again as gone and new, though it came as one change', () => {
  const { store, told, changes } = settings();
  store.set(colored('a', '1', 'red', 'first'));

  store.set(colored('a', '2', 'blue', 'second'));

  expect(told).toEqual(['set shop/a red', 'gone shop/a red', 'set shop/a blue']);
  expect(changes.at(-1)).toMatchObject({ previous: undefined });
});

test('does not let the late deletion of a namesake take away its successor', () => {
  const { store, told } = settings();
  store.set(colored('a', '2', 'blue', 'second'));

  store.remove(colored('a', '1', 'red', 'first'));

  expect(store.get('shop/a')?.color).toBe('blue');
  expect(told).toEqual(['set shop/a blue']);
});

test('says nothing of an object that it has already', () => {
  const { store, told } = settings();
  store.set(colored('a', '1', 'red'));

  store.set(colored('a', '1', 'red'));
  store.replace([colored('a', '1', 'red')]);

  expect(told).toEqual(['set shop/a red']);
});

test('tells an object that is another under the resourceVersion of before, as after an etcd was put back', () => {
  const { store, told } = settings();
  store.set(colored('a', '1', 'red'));

  store.replace([colored('a', '1', 'blue')]);

  expect(told).toEqual(['set shop/a red', 'set shop/a blue, was red']);
  expect(store.byIndex('color', 'blue').map(({ name }) => name)).toEqual(['a']);
});

test('keeps what cannot be decoded apart: neither there nor gone', () => {
  const { store, undecodable } = settings();
  store.replace([colored('a', '1', 'red'), configMap('b', '2')]);
  store.set(configMap('a', '3'));
  store.set(configMap('a', '3'));

  expect([store.get('shop/a'), store.list(), store.byIndex('color', 'red')]).toEqual([undefined, [], []]);
  expect(store.unreadable()).toBe(2);
  expect(undecodable.map(({ key, resourceVersion }) => [key, resourceVersion])).toEqual([
    ['shop/b', '2'],
    ['shop/a', '3'],
  ]);

  store.set(colored('a', '4', 'blue'));
  store.remove(configMap('b', '5'));
  expect([store.get('shop/a')?.color, store.unreadable()]).toEqual(['blue', 0]);
});

test('goes on when a subscriber throws', () => {
  const errors: unknown[] = [];
  const { store, told } = settings({ onListenerError: (error) => void errors.push(error) });
  store.subscribe(() => {
    throw new Error('a bug');
  });
  const late: string[] = [];
  store.subscribe(({ key }) => void late.push(key));

  store.set(colored('a', '1', 'red'));
  store.set(colored('a', '2', 'red'));

  expect([told.length, late.length, errors.length]).toEqual([2, 2, 2]);
});

test('decodes without managedFields and without the annotations of others', () => {
  const seen: unknown[] = [];
  const store = createStore({ decode: (object) => void seen.push(object) });
  const { metadata, ...rest } = configMap('a', '1');
  const ours = { 'oauthapp.dev/is-default': 'true' };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', theirs: 'x', ...ours };

  store.set({ ...rest, metadata: { ...metadata, annotations, ...{ managedFields: [{ manager: 'kubectl' }] } } });

  expect(seen).toEqual([{ ...rest, metadata: { ...metadata, annotations: ours } }]);
});
