import { CONFIG_MAPS } from '../../../dev/config-maps.ts';
import { EVENTS, LEASES, SECRETS } from '../../../src/kube/resources.ts';
import type { Exchange } from './exchange.ts';

const STRICT = { fieldValidation: 'Strict' };
const DRY = { dryRun: 'All' };

/** Creating, replacing and patching, of built-in kinds. */
export const WRITES: readonly Exchange[] = [
  {
    name: 'creates a name once',
    async run(server) {
      const first = await server.create(CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: '1' } });
      const second = await server.create(CONFIG_MAPS, { metadata: { name: 'a' } });
      return [first.code, second.code, second.reason];
    },
    holds: [201, 409, 'AlreadyExists'],
  },
  {
    name: 'makes a name where a beginning is given',
    async run(server) {
      const made = await server.create(CONFIG_MAPS, { metadata: { generateName: 'made-' } });
      return [made.code, made.metadata.name.length];
    },
    holds: [201, 'made-'.length + 5],
  },
  {
    name: 'refuses a create that makes no sense',
    async run(server) {
      const metadata = { name: 'a' };
      const answers = [
        await server.create(CONFIG_MAPS, { metadata: {} }),
        await server.create(CONFIG_MAPS, { metadata: { name: 'No_Name' } }),
        await server.create(CONFIG_MAPS, { metadata: { ...metadata, namespace: 'elsewhere' } }),
        await server.create(CONFIG_MAPS, { metadata: { ...metadata, resourceVersion: '5' } }),
        await server.create(CONFIG_MAPS, { metadata: { ...metadata, labels: { 'no name': 'no value!' } } }),
        await server.create(CONFIG_MAPS, { metadata: { ...metadata, annotations: { 'no name': '' } } }),
        await server.create(CONFIG_MAPS, { metadata: { ...metadata, annotations: { long: 'x'.repeat(262_145) } } }),
        await server.create(CONFIG_MAPS, { metadata: { ...metadata, labels: { number: 1 } } }),
        await server.create(CONFIG_MAPS, { metadata, dta: {} }, STRICT),
        await server.create(CONFIG_MAPS, { metadata: { ...metadata, nme: 'a' } }, STRICT),
        await server.send('POST', `/api/v1/namespaces/${server.namespace}/configmaps`, '{'),
        await server.send('POST', '/api/v1/namespaces/nowhere/configmaps', '{"metadata":{"name":"a"}}'),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [422, 422, 400, 500, 422, 422, 422, 400, 400, 400, 400, 404],
  },
  {
    name: 'replaces the version that is named, and no other',
    async run(server) {
      const first = await server.create(CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: '1' } });
      const second = await server.replace(CONFIG_MAPS, { ...first.body, data: { k: '2' } });
      const stale = await server.replace(CONFIG_MAPS, { ...first.body, data: { k: '3' } });
      const another = await server.replace(CONFIG_MAPS, {
        ...second,
        metadata: { ...second.metadata, uid: 'another' },
      });
      const misnamed = await server.send(
        'PUT',
        `/api/v1/namespaces/${server.namespace}/configmaps/a`,
        JSON.stringify({ metadata: { name: 'b' } }),
      );
      const absent = await server.replace(CONFIG_MAPS, { metadata: { name: 'b' } });
      const unconditional = await server.replace(CONFIG_MAPS, { metadata: { name: 'a' }, data: { k: '4' } });
      return [second, stale, another, misnamed, absent, unconditional].map(
        ({ code, reason = '' }) => `${code} ${reason}`,
      );
    },
    holds: ['200 ', '409 Conflict', '409 Conflict', '400 BadRequest', '404 NotFound', '200 '],
  },
  {
    name: 'keeps the version where a write changes nothing',
    async run(server) {
      const first = await server.create(SECRETS, {
        metadata: { name: 'a', labels: { l: '1' } },
        stringData: { k: '1' },
      });
      const answers = [
        await server.replace(SECRETS, first.body),
        await server.replace(SECRETS, { ...first.body, metadata: { name: 'a', labels: { l: '1' } } }),
        await server.patch(SECRETS, 'a', { metadata: { labels: { l: '1' } } }),
        await server.patch(SECRETS, 'a', { data: { none: null } }),
        await server.patch(SECRETS, 'a', { stringData: { k: '1' } }),
      ];
      return answers.map(({ metadata }) => metadata.resourceVersion === first.metadata.resourceVersion);
    },
    holds: [true, true, true, true, true],
  },
  {
    name: 'merges a patch, under the version and uid that it names',
    async run(server) {
      const { metadata } = await server.create(CONFIG_MAPS, {
        metadata: { name: 'a', labels: { kept: '1', gone: '1' } },
        data: { kept: '1', gone: '1' },
      });
      const { uid, resourceVersion } = metadata;
      const change = { data: { gone: null, new: '1' } };
      const merged = await server.patch(CONFIG_MAPS, 'a', {
        metadata: { uid, resourceVersion, labels: { gone: null } },
        ...change,
      });
      const answers = [
        merged,
        await server.patch(CONFIG_MAPS, 'a', { metadata: { resourceVersion }, data: { k: '2' } }),
        await server.patch(CONFIG_MAPS, 'a', { metadata: { uid: 'another' }, data: { k: '2' } }),
        await server.patch(CONFIG_MAPS, 'a', { metadata: { uid: 'another', resourceVersion }, data: { k: '2' } }),
        await server.patch(CONFIG_MAPS, 'a', { metadata: { name: 'b' } }),
        await server.patch(CONFIG_MAPS, 'b', { data: { k: '2' } }),
        await server.patch(CONFIG_MAPS, 'a', { dta: {} }, STRICT),
        await server.patch(CONFIG_MAPS, 'a', { data: { k: 1 } }),
        await server.patch(CONFIG_MAPS, 'a', { dta: {}, data: null }),
      ];
      return { codes: answers.map(({ code }) => code), data: merged.data, labels: merged.metadata.labels };
    },
    holds: {
      codes: [200, 409, 422, 409, 400, 404, 422, 422, 200],
      data: { kept: '1', new: '1' },
      labels: { kept: '1' },
    },
  },
  {
    name: 'stores nothing in a dry run, and refuses there what it would refuse',
    async run(server) {
      const imagined = await server.create(SECRETS, { metadata: { name: 'a' }, stringData: { k: 'v' } }, DRY);
      const absent = await server.get(SECRETS, 'a');
      const stored = await server.create(SECRETS, { metadata: { name: 'a' }, stringData: { k: 'v' } });
      const answers = [
        imagined,
        absent,
        await server.create(SECRETS, { metadata: { name: 'a' } }, DRY),
        await server.create(SECRETS, { metadata: { name: 'b' }, data: { k: 'no base64' } }, DRY),
        await server.replace(SECRETS, { ...stored.body, data: {} }, DRY),
        await server.replace(SECRETS, { ...stored.body, metadata: { ...stored.metadata, resourceVersion: '1' } }, DRY),
        await server.patch(SECRETS, 'a', { data: { k: null } }, DRY),
        await server.remove(SECRETS, 'a', {}, DRY),
        await server.get(SECRETS, 'a'),
      ];
      return answers.map(({ code, data }) => [code, Object.keys(data).length]);
    },
    holds: [
      [201, 1],
      [404, 0],
      [409, 0],
      [400, 0],
      [200, 0],
      [409, 0],
      [200, 0],
      [200, 0],
      [404, 0],
    ],
  },
  {
    name: 'keeps the type of a Secret, and takes only what can be its data',
    async run(server) {
      await server.create(SECRETS, { metadata: { name: 'a' }, data: { k: 'dg==' }, stringData: { k: 'w', l: 'x' } });
      const { metadata } = await server.get(SECRETS, 'a');
      const answers = [
        await server.patch(SECRETS, 'a', { type: 'example.com/other' }),
        await server.replace(SECRETS, {
          metadata: { name: 'a', resourceVersion: metadata.resourceVersion },
          data: { k: 'dg==' },
        }),
        await server.patch(SECRETS, 'a', { data: { k: '!' } }),
        await server.patch(SECRETS, 'a', { stringData: { 'no key': '', '..': '' } }),
        await server.create(SECRETS, { metadata: { name: 'b' }, stringData: { k: 'x'.repeat(1_048_577) } }),
        await server.create(SECRETS, { metadata: { name: 'b' }, data: { k: 1 } }),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [422, 200, 422, 422, 422, 400],
  },
  {
    name: 'keeps what is immutable, but for its metadata',
    async run(server) {
      await server.create(SECRETS, { metadata: { name: 'a' }, immutable: true, stringData: { k: '1' } });
      await server.create(CONFIG_MAPS, { metadata: { name: 'a' }, immutable: true, data: { k: '1' } });
      const answers = [
        await server.patch(SECRETS, 'a', { stringData: { k: '2' } }),
        await server.patch(SECRETS, 'a', { immutable: null }),
        await server.patch(SECRETS, 'a', { immutable: false, data: null }),
        await server.patch(SECRETS, 'a', { metadata: { labels: { l: '1' } } }),
        await server.patch(CONFIG_MAPS, 'a', { data: { k: '2' } }),
        await server.remove(SECRETS, 'a'),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [422, 422, 422, 200, 422, 200],
  },
  {
    name: 'knows who wrote which part of a Secret last',
    async run(server) {
      await server.create(
        SECRETS,
        { metadata: { name: 'a' }, stringData: { one: '1', both: '1' } },
        { fieldManager: 'one' },
      );
      await server.patch(SECRETS, 'a', { stringData: { both: '2', two: '2' } }, { fieldManager: 'two' });
      await server.patch(SECRETS, 'a', { stringData: { both: '3' } }, { fieldManager: 'one' });
      await server.patch(SECRETS, 'a', { data: { two: null } }, { fieldManager: 'three' });
      const { data } = await server.replace(
        SECRETS,
        { metadata: { name: 'a' }, stringData: { other: '4' } },
        { fieldManager: 'four' },
      );
      return Object.keys(data);
    },
    holds: ['other'],
  },
  {
    name: 'replaces a Lease only by its version, and makes one where a PUT finds none',
    async run(server) {
      const spec = { holderIdentity: 'one', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000001Z' };
      const absent = { metadata: { name: 'l', uid: 'another', resourceVersion: '5' }, spec };
      const answers = [
        await server.replace(LEASES, absent),
        await server.replace(LEASES, { metadata: { name: 'l', resourceVersion: '5' }, spec }),
        await server.replace(LEASES, { metadata: { name: 'l' }, spec }),
        await server.patch(LEASES, 'l', { spec: { holderIdentity: null } }),
        await server.patch(LEASES, 'l', { spec: { leaseDurationSeconds: 0 } }),
        await server.patch(LEASES, 'l', { spec: { renewTime: '2026-01-01T00:00:00Z' } }),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [409, 201, 422, 200, 422, 422],
  },
  {
    name: 'lets an Event change in its series alone',
    async run(server) {
      const time = '2026-01-01T00:00:00.000001Z';
      const regarding = { kind: 'Secret', name: 'a', namespace: server.namespace };
      const event = {
        eventTime: time,
        reportingController: 'example.com/c',
        reportingInstance: 'i',
        action: 'Act',
        regarding,
      };
      const answers = [
        await server.create(
          EVENTS,
          { metadata: { name: 'e' }, ...event, reason: 'R', note: 'n', type: 'Normal' },
          STRICT,
        ),
        await server.patch(EVENTS, 'e', { series: { count: 2, lastObservedTime: time } }, STRICT),
        await server.patch(EVENTS, 'e', { note: 'm' }, STRICT),
        await server.patch(EVENTS, 'none', { series: { count: 2, lastObservedTime: time } }),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [201, 200, 422, 404],
  },
];
