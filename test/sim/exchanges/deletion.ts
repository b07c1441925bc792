import { expect } from 'vitest';
import { CONFIG_MAPS } from '../../../dev/config-maps.ts';
import { NAMESPACES, OAUTH_APPLICATIONS, PODS, SECRETS } from '../../../src/kube/resources.ts';
import type { Answer, Conversation } from '../conversation.ts';
import type { Exchange } from './exchange.ts';

const F = 'example.com/f';
const SPEC = { type: 'Web', displayName: 'An application', redirectUris: ['https://a.example/callback'] };

/** Deleting, finalizers, and what controllers make of owners and namespaces. */
export const DELETION: readonly Exchange[] = [
  {
    name: 'deletes only what the preconditions name',
    async run(server) {
      const { metadata } = await server.create(CONFIG_MAPS, { metadata: { name: 'a' } });
      const { uid, resourceVersion } = metadata;
      await server.patch(CONFIG_MAPS, 'a', { metadata: { labels: { l: '1' } } });
      const answers = [
        await server.remove(CONFIG_MAPS, 'a', { preconditions: { uid: 'another' } }),
        await server.remove(CONFIG_MAPS, 'a', { preconditions: { uid, resourceVersion } }),
        await server.remove(CONFIG_MAPS, 'a', { preconditions: { uid }, dryRun: ['All'] }),
        await server.remove(CONFIG_MAPS, 'a', { preconditions: { uid } }),
        await server.remove(CONFIG_MAPS, 'a', { preconditions: { uid } }),
      ];
      return answers.map(({ code, reason = '' }) => `${code} ${reason}`);
    },
    holds: ['409 Conflict', '409 Conflict', '200 ', '200 ', '404 NotFound'],
  },
  {
    name: 'keeps what has finalizers, marked, until the last one goes',
    async run(server) {
      await server.create(OAUTH_APPLICATIONS, {
        metadata: { name: 'a', finalizers: [F, 'example.com/g'] },
        spec: SPEC,
      });
      const answers = [
        await server.remove(OAUTH_APPLICATIONS, 'a', { dryRun: ['All'] }),
        await server.remove(OAUTH_APPLICATIONS, 'a'),
        await server.remove(OAUTH_APPLICATIONS, 'a'),
        await finalizers(server, [F, 'example.com/h']),
        await finalizers(server, [F]),
        await server.patch(OAUTH_APPLICATIONS, 'a', { metadata: { labels: { l: '1' } } }),
        await server.patch(OAUTH_APPLICATIONS, 'a', { status: { clientId: 'c' } }, {}, 'status'),
        await finalizers(server, [], { dryRun: 'All' }),
        await finalizers(server, []),
        await server.get(OAUTH_APPLICATIONS, 'a'),
      ];
      return answers.map(({ code, metadata }) => [
        code,
        metadata.deletionTimestamp !== undefined,
        metadata.finalizers.length,
      ]);
    },
    holds: [
      [200, true, 2],
      [200, true, 2],
      [200, true, 2],
      [422, false, 0],
      [200, true, 1],
      [200, true, 1],
      [200, true, 1],
      [200, true, 0],
      [200, true, 0],
      [404, false, 0],
    ],
  },
  {
    name: 'makes a new object of a name that was deleted, with another uid',
    async run(server) {
      const first = await server.create(SECRETS, { metadata: { name: 'a' }, stringData: { k: '1' } });
      await server.remove(SECRETS, 'a');
      const second = await server.create(SECRETS, { metadata: { name: 'a' }, stringData: { k: '1' } });
      const stale = await server.replace(SECRETS, first.body);
      return [first.metadata.uid === second.metadata.uid, stale.code];
    },
    holds: [false, 409],
  },
  {
    name: 'collects dependents after their owner, at leisure',
    async run(server) {
      const owner = await server.create(CONFIG_MAPS, { metadata: { name: 'owner' } });
      await dependent(server, 'd', [owner], { blockOwnerDeletion: true });
      await dependent(server, 'of-d', [await server.get(SECRETS, 'd')], {});
      const removed = await server.remove(CONFIG_MAPS, 'owner');
      await server.untilGone(SECRETS, 'of-d');
      return [removed.code, (await server.get(SECRETS, 'd')).code];
    },
    holds: [200, 404],
  },
  {
    name: 'deletes in the foreground only after what blocks it',
    async run(server) {
      const owner = await server.create(OAUTH_APPLICATIONS, { metadata: { name: 'owner' }, spec: SPEC });
      await dependent(server, 'd', [owner], { blockOwnerDeletion: true }, [F]);
      await dependent(server, 'loose', [owner], { blockOwnerDeletion: false });
      const removed = await server.remove(OAUTH_APPLICATIONS, 'owner', { propagationPolicy: 'Foreground' });
      await server.until(SECRETS, 'd', ({ metadata }) => metadata.deletionTimestamp !== undefined);
      await server.untilGone(SECRETS, 'loose');
      const waiting = await server.get(OAUTH_APPLICATIONS, 'owner');
      await server.patch(SECRETS, 'd', { metadata: { finalizers: null } });
      await server.untilGone(OAUTH_APPLICATIONS, 'owner');
      return [removed.metadata.finalizers, waiting.code, (await server.get(SECRETS, 'd')).code];
    },
    holds: [['foregroundDeletion'], 200, 404],
  },
  {
    name: 'orphans dependents where asked to',
    async run(server) {
      const owner = await server.create(CONFIG_MAPS, { metadata: { name: 'owner' } });
      await dependent(server, 'd', [owner], {});
      await collectorHasSeen(server, owner);
      const removed = await server.remove(CONFIG_MAPS, 'owner', { propagationPolicy: 'Orphan' });
      await server.untilGone(CONFIG_MAPS, 'owner');
      const { code, metadata } = await server.get(SECRETS, 'd');
      return [removed.metadata.finalizers, code, metadata.ownerReferences];
    },
    holds: [['orphan'], 200, []],
  },
  {
    name: 'takes an owner that is gone off what has another one',
    async run(server) {
      const owner = await server.create(CONFIG_MAPS, { metadata: { name: 'owner' } });
      const other = await server.create(CONFIG_MAPS, { metadata: { name: 'other' } });
      await dependent(server, 'd', [owner, other], {});
      await server.remove(CONFIG_MAPS, 'owner');
      await server.until(SECRETS, 'd', ({ metadata }) => metadata.ownerReferences.length === 1);
      return (await server.get(SECRETS, 'd')).metadata.ownerReferences.map(({ name }) => name);
    },
    holds: ['other'],
  },
  {
    name: 'collects what names an owner of another uid',
    async run(server) {
      const owner = await server.create(CONFIG_MAPS, { metadata: { name: 'owner' } });
      await dependent(server, 'd', [formerOf(owner)], {});
      await server.untilGone(SECRETS, 'd');
      return (await server.get(CONFIG_MAPS, 'owner')).code;
    },
    holds: 200,
  },
  {
    name: 'refuses owner references and finalizers that are none',
    async run(server) {
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' };
      const create = (metadata: Readonly<Record<string, unknown>>) =>
        server.create(SECRETS, { metadata: { name: 'a', ...metadata } });
      const answers = [
        await create({ ownerReferences: [{ ...owner, kind: '' }] }),
        await create({ ownerReferences: [{ ...owner, uid: '' }] }),
        await create({ ownerReferences: [owner, { ...owner, uid: 'v' }].map((one) => ({ ...one, controller: true })) }),
        await create({ finalizers: ['no name'] }),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [422, 422, 422, 422],
  },
  {
    name: 'empties a namespace, and lets nothing new in meanwhile',
    async run(server) {
      await server.create(SECRETS, { metadata: { name: 'a' } });
      await server.create(OAUTH_APPLICATIONS, { metadata: { name: 'held', finalizers: [F] }, spec: SPEC });
      const removed = await server.remove(NAMESPACES, server.namespace);
      const late = await server.create(SECRETS, { metadata: { name: 'late' } });
      const lateDry = await server.create(SECRETS, { metadata: { name: 'late' } }, { dryRun: 'All' });
      await server.untilGone(SECRETS, 'a');
      await server.until(OAUTH_APPLICATIONS, 'held', ({ metadata }) => metadata.deletionTimestamp !== undefined);
      const written = await server.patch(OAUTH_APPLICATIONS, 'held', { status: { clientId: 'c' } }, {}, 'status');
      await server.patch(OAUTH_APPLICATIONS, 'held', { metadata: { finalizers: null } });
      await server.untilGone(NAMESPACES, server.namespace);
      const after = await server.create(SECRETS, { metadata: { name: 'after' } });
      return [removed.status, late.code, late.details.causes, lateDry.code, written.code, after.code];
    },
    holds: [
      { phase: 'Terminating' },
      403,
      [expect.objectContaining({ reason: 'NamespaceTerminating', field: 'metadata.namespace' })],
      403,
      200,
      404,
    ],
  },
  {
    name: 'lets a Pod that runs somewhere go in its own time',
    async run(server) {
      const spec = { containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: 40 };
      await server.create(PODS, { metadata: { name: 'waits' }, spec });
      await server.create(PODS, { metadata: { name: 'runs' }, spec: { ...spec, nodeName: 'nowhere' } });
      const events = await server.watch(
        PODS,
        { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' },
        'metadata',
      );
      await events(3);
      const answers = [
        await server.remove(PODS, 'waits'),
        await server.remove(PODS, 'runs'),
        await server.remove(PODS, 'runs', { gracePeriodSeconds: 50 }),
        await server.remove(PODS, 'runs', { gracePeriodSeconds: 0 }),
      ];
      return [answers.map(({ body }) => graceIn(body)), (await events(5)).map(({ type }) => type)];
    },
    holds: [
      [0, 40, 40, 0],
      ['MODIFIED', 'DELETED', 'MODIFIED', 'MODIFIED', 'DELETED'],
    ],
  },
];

function finalizers(server: Conversation, names: readonly string[], query: Readonly<Record<string, string>> = {}) {
  return server.patch(OAUTH_APPLICATIONS, 'a', { metadata: { finalizers: names } }, query);
}

/** A Secret with owners. */
function dependent(
  server: Conversation,
  name: string,
  owners: readonly Answer[],
  blocking: { readonly blockOwnerDeletion?: boolean },
  finalizers: readonly string[] = [],
) {
  const ownerReferences = owners.map(({ body, metadata }) => ({
    apiVersion: body['apiVersion'],
    kind: body['kind'],
    name: metadata.name,
    uid: metadata.uid,
    ...blocking,
  }));
  return server.create(SECRETS, { metadata: { name, ownerReferences, finalizers } });
}

function graceIn(body: Answer['body']): unknown {
  return Object(body['metadata'])['deletionGracePeriodSeconds'];
}

/** One of this name that is there no more. */
function formerOf(owner: Answer): Answer {
  return { ...owner, metadata: { ...owner.metadata, uid: '00000000-0000-4000-8000-000000000000' } };
}

/** What has not come to the collector yet is not orphaned. It hears of Secrets in order, and takes this one. */
async function collectorHasSeen(server: Conversation, owner: Answer): Promise<void> {
  await dependent(server, 'last', [formerOf(owner)], {});
  await server.untilGone(SECRETS, 'last');
}
