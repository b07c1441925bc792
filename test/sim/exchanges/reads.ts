import { CONFIG_MAPS } from '../../../dev/config-maps.ts';
import { EVENTS, NAMESPACES, OAUTH_APPLICATIONS, PODS, SECRETS } from '../../../src/kube/resources.ts';
import type { Told } from '../conversation.ts';
import type { Exchange } from './exchange.ts';

const FROM_SCRATCH = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };
const SPEC = { type: 'Web', displayName: 'An application', redirectUris: ['https://a.example/callback'] };

/** Lists and watches. */
export const READS: readonly Exchange[] = [
  {
    name: 'lists in pages, all as of the first',
    async run(server) {
      for (const name of ['c', 'a', 'e', 'b', 'd']) await server.create(SECRETS, { metadata: { name } });
      const first = await server.list(SECRETS, { limit: '2' });
      await server.remove(SECRETS, 'd');
      await server.create(SECRETS, { metadata: { name: 'bb' } });
      await server.patch(SECRETS, 'e', { metadata: { labels: { l: '1' } } });
      const second = await server.list(SECRETS, { limit: '2', continue: first.metadata.continue });
      const third = await server.list(SECRETS, { limit: '2', continue: second.metadata.continue });
      const exact = await server.list(SECRETS, {
        resourceVersion: first.metadata.resourceVersion,
        resourceVersionMatch: 'Exact',
      });
      const fresh = await server.list(SECRETS);
      return [first, second, third, exact, fresh].map(({ items }) =>
        items.map(({ metadata }) => metadata.name).join(' '),
      );
    },
    holds: ['a b', 'c d', 'e', 'a b c d e', 'a b bb c e'],
  },
  {
    name: 'selects by labels and fields',
    async run(server) {
      const create = (name: string, labels: Readonly<Record<string, string>>) =>
        server.create(SECRETS, { metadata: { name, labels } });
      await create('a', { app: 'x', tier: 'one' });
      await create('b', { app: 'y' });
      await create('c', {});
      const labels = ['app', '!app', 'app=x', 'app==y', 'app!=x', 'app in (x, y),tier', 'app notin (x)', 'app=z'];
      const fields = ['metadata.name=a', 'metadata.name!=a', 'type=Opaque,metadata.name=b'];
      const lists = [];
      for (const labelSelector of labels) lists.push(await server.list(SECRETS, { labelSelector }));
      for (const fieldSelector of fields) lists.push(await server.list(SECRETS, { fieldSelector }));
      lists.push(await server.list(SECRETS, { limit: '1', labelSelector: 'app' }));
      return lists.map(({ items }) => items.map(({ metadata }) => metadata.name).join(' '));
    },
    holds: ['a b', 'c', 'a', 'b', 'b c', 'a', 'b c', '', 'a', 'b c', 'b', 'a'],
  },
  {
    name: 'selects Pods by their phase, and Events by their reason',
    async run(server) {
      const spec = { containers: [{ name: 'c', image: 'i' }] };
      await server.create(PODS, { metadata: { name: 'p' }, spec, status: { phase: 'Running' } });
      await server.create(PODS, { metadata: { name: 'q' }, spec });
      await server.patch(PODS, 'q', { status: { phase: 'Succeeded' } }, {}, 'status');
      const names = [];
      for (const fieldSelector of [
        'status.phase!=Succeeded,status.phase!=Failed',
        'status.phase=Pending',
        'spec.nodeName=n',
      ])
        names.push((await server.list(PODS, { fieldSelector }, 'metadata')).items.map(({ metadata }) => metadata.name));
      names.push((await server.list(EVENTS, { fieldSelector: 'reason=Unheard' })).items);
      return names;
    },
    holds: [['p'], ['p'], [], []],
  },
  {
    name: 'refuses a list that makes no sense',
    async run(server) {
      const answers = [
        await server.list(SECRETS, { continue: 'none' }),
        await server.list(SECRETS, { fieldSelector: 'data.k=v' }),
        await server.list(SECRETS, { labelSelector: 'a==b==c' }),
        await server.list(SECRETS, { resourceVersion: '99999999', resourceVersionMatch: 'NotOlderThan' }),
        await server.send('DELETE', '/api/v1/namespaces'),
        await server.send('PUT', `/api/v1/namespaces/${server.namespace}/secrets`, '{}'),
        await server.send('GET', `/api/v1/namespaces/${server.namespace}/secrets/a/status`),
        await server.get(SECRETS, 'a'),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [400, 400, 400, 504, 405, 405, 404, 404],
  },
  {
    name: 'shows metadata alone where no more is asked for',
    async run(server) {
      await server.create(SECRETS, { metadata: { name: 'a' }, stringData: { k: 'planted' } });
      await server.create(OAUTH_APPLICATIONS, { metadata: { name: 'a' }, spec: SPEC });
      const answers = [
        await server.get(SECRETS, 'a', 'metadata'),
        await server.list(SECRETS, {}, 'metadata'),
        await server.list(SECRETS, { limit: '5' }),
        await server.list(OAUTH_APPLICATIONS),
        await server.list(OAUTH_APPLICATIONS, {}, 'metadata'),
        await server.get(NAMESPACES, server.namespace, 'metadata'),
      ];
      return answers.map(({ body }) => body['kind']);
    },
    holds: [
      'PartialObjectMetadata',
      'PartialObjectMetadataList',
      'SecretList',
      'OAuthApplicationList',
      'PartialObjectMetadataList',
      'PartialObjectMetadata',
    ],
  },
  {
    name: 'tells a watch what is there, where that ends, and what comes',
    async run(server) {
      const { metadata } = await server.create(SECRETS, { metadata: { name: 'a' }, stringData: { k: '1' } });
      await server.create(SECRETS, { metadata: { name: 'b' } });
      const next = await server.watch(SECRETS, FROM_SCRATCH);
      const initial = await next(3);
      await server.patch(SECRETS, 'a', { stringData: { k: '1' } });
      await server.patch(SECRETS, 'a', { stringData: { k: '2' } });
      await server.remove(SECRETS, 'a', { preconditions: { uid: metadata.uid } });
      await server.create(SECRETS, { metadata: { name: 'a' } });
      return [initial, await next(3)].map((events) => events.map(shown));
    },
    holds: [
      ['ADDED a', 'ADDED b', 'BOOKMARK '],
      ['MODIFIED a', 'DELETED a', 'ADDED a'],
    ],
  },
  {
    name: 'tells a watch of metadata no more than that',
    async run(server) {
      await server.create(OAUTH_APPLICATIONS, { metadata: { name: 'a' }, spec: SPEC });
      const next = await server.watch(OAUTH_APPLICATIONS, FROM_SCRATCH, 'metadata');
      const initial = await next(2);
      await server.patch(OAUTH_APPLICATIONS, 'a', { status: { clientId: 'c' } }, {}, 'status');
      await server.remove(OAUTH_APPLICATIONS, 'a');
      return [...initial, ...(await next(2))].map(shown);
    },
    holds: ['ADDED a', 'BOOKMARK ', 'MODIFIED a', 'DELETED a'],
  },
  {
    name: 'tells what leaves a selection as deleted, as it was before, and what comes into it as added',
    async run(server) {
      await server.create(SECRETS, { metadata: { name: 'a', labels: { l: '1' } } });
      await server.create(SECRETS, { metadata: { name: 'unseen' } });
      const next = await server.watch(SECRETS, { ...FROM_SCRATCH, labelSelector: 'l' }, 'metadata');
      await next(2);
      await server.patch(SECRETS, 'a', { metadata: { labels: { l: '2' } } });
      await server.patch(SECRETS, 'a', { metadata: { labels: { l: null, other: '1' } } });
      await server.patch(SECRETS, 'a', { stringData: { k: 'v' } });
      await server.patch(SECRETS, 'a', { metadata: { labels: { l: '3' } } });
      await server.remove(SECRETS, 'a');
      return (await next(4)).map(({ type, said }) => [type, said.metadata.labels]);
    },
    holds: [
      ['MODIFIED', { l: '2' }],
      ['DELETED', { l: '2' }],
      ['ADDED', { l: '3', other: '1' }],
      ['DELETED', { l: '3', other: '1' }],
    ],
  },
  {
    name: 'goes on from where a watch was, with all that was missed',
    async run(server) {
      const { metadata } = await server.create(SECRETS, { metadata: { name: 'a' } });
      await server.create(SECRETS, { metadata: { name: 'b' } });
      await server.patch(SECRETS, 'a', { metadata: { labels: { l: '1' } } });
      await server.remove(SECRETS, 'b');
      const next = await server.watch(SECRETS, { resourceVersion: metadata.resourceVersion });
      const missed = await next(3);
      await server.create(SECRETS, { metadata: { name: 'c' } });
      return [...missed, ...(await next(1))].map(shown);
    },
    holds: ['ADDED b', 'MODIFIED a', 'DELETED b', 'ADDED c'],
  },
  {
    name: 'tells one name alone where one is selected',
    async run(server) {
      await server.create(SECRETS, { metadata: { name: 'a' } });
      const next = await server.watch(SECRETS, { ...FROM_SCRATCH, fieldSelector: 'metadata.name=b' }, 'metadata');
      await next(1);
      await server.patch(SECRETS, 'a', { metadata: { labels: { l: '1' } } });
      await server.create(SECRETS, { metadata: { name: 'b' } });
      return (await next(1)).map(shown);
    },
    holds: ['ADDED b'],
  },
  {
    name: 'ends a watch from a version that is long past, with an error',
    async run(server) {
      const next = await server.watch(OAUTH_APPLICATIONS, { resourceVersion: '1' });
      return (await next(2)).map(({ type, said }) => [type, said.reason]);
    },
    holds: [
      ['ERROR', 'Expired'],
      ['END', undefined],
    ],
  },
  {
    name: 'ends a watch that wants more than there has been, and refuses one that does not say what it wants',
    async run(server) {
      const ahead = await server.watch(CONFIG_MAPS, { ...FROM_SCRATCH, resourceVersion: '99999999' });
      const unclear = await server.watch(CONFIG_MAPS, { sendInitialEvents: 'true' });
      return [...(await ahead(2)), ...(await unclear(2))].map(({ type, said }) => `${type} ${said.reason}`);
    },
    holds: ['ERROR Timeout', 'END undefined', 'REFUSED Invalid', 'END undefined'],
  },
  {
    name: 'keeps silent to a watch from a version that is still to come',
    async run(server) {
      const { metadata } = await server.list(SECRETS);
      const { resourceVersion } = metadata;
      const ahead = await server.watch(SECRETS, { resourceVersion: String(Number(resourceVersion) + 1_000_000) });
      const present = await server.watch(SECRETS, { resourceVersion });
      const told = ahead(1).then(
        () => 'told',
        () => 'ended',
      );
      const names = ['a', 'b', 'c', 'd', 'e'];
      for (const name of names) await server.create(SECRETS, { metadata: { name } });
      const seen = await present(names.length);
      return [seen.length, await Promise.race([told, 'silent'])];
    },
    holds: [5, 'silent'],
  },
];

function shown({ type, said }: Told): string {
  return `${type} ${said.metadata.name}`;
}
