import { CLUSTER_OAUTH_PROVIDERS, OAUTH_APPLICATIONS, OAUTH_PROVIDERS } from '../../../src/kube/resources.ts';
import type { Answer } from '../conversation.ts';
import type { Exchange } from './exchange.ts';

const STRICT = { fieldValidation: 'Strict' };
const SPEC = { type: 'Web', displayName: 'An application', redirectUris: ['https://a.example/callback'] };
const INTERVALS = { resyncInterval: '10m', deepResyncInterval: '24h' };
const LOGTO = { endpoint: 'https://tenant.example', credentialsSecretRef: { name: 'credentials' } };

/** Our own kinds: their schema, their status, and what may not change. */
export const CUSTOM: readonly Exchange[] = [
  {
    name: 'counts the changes of a spec, and of nothing else',
    async run(server) {
      const answers = [
        await server.create(OAUTH_APPLICATIONS, application('a')),
        await server.patch(OAUTH_APPLICATIONS, 'a', { metadata: { labels: { l: '1' }, annotations: { n: '1' } } }),
        await server.patch(OAUTH_APPLICATIONS, 'a', { metadata: { finalizers: ['example.com/f'] } }),
        await server.patch(OAUTH_APPLICATIONS, 'a', { spec: { displayName: 'Another name' } }),
        await server.patch(OAUTH_APPLICATIONS, 'a', { spec: { displayName: 'Another name' } }),
        await server.patch(OAUTH_APPLICATIONS, 'a', { status: { clientId: 'c' } }, {}, 'status'),
        await server.remove(OAUTH_APPLICATIONS, 'a'),
        await server.patch(OAUTH_APPLICATIONS, 'a', { spec: { displayName: 'A last name' } }),
      ];
      return answers.map(({ metadata }) => metadata.generation);
    },
    holds: [1, 1, 1, 2, 2, 2, 3, 4],
  },
  {
    name: 'keeps spec and status apart',
    async run(server) {
      const made = await server.create(OAUTH_APPLICATIONS, { ...application('a'), status: { clientId: 'first' } });
      const { uid, resourceVersion } = made.metadata;
      const precondition = { name: 'a', namespace: server.namespace, uid, resourceVersion };
      const put = {
        metadata: { ...precondition, labels: { l: '1' }, finalizers: ['example.com/f'] },
        status: { clientId: 'c' },
      };
      const written = await server.replace(OAUTH_APPLICATIONS, put, STRICT, 'status');
      const changed = await server.replace(OAUTH_APPLICATIONS, {
        ...written.body,
        spec: { ...SPEC, displayName: 'New' },
        status: {},
      });
      const patched = await server.patch(
        OAUTH_APPLICATIONS,
        'a',
        { spec: { displayName: 'Newer' }, status: { clientId: 'd' } },
        {},
        'status',
      );
      const emptied = await server.patch(OAUTH_APPLICATIONS, 'a', { status: null }, {}, 'status');
      return [made, written, changed, patched, emptied].map(({ status, spec, metadata }) => [
        status,
        spec['displayName'],
        metadata.finalizers.length,
      ]);
    },
    holds: [
      [undefined, 'An application', 0],
      [{ clientId: 'c' }, 'An application', 0],
      [{ clientId: 'c' }, 'New', 0],
      [{ clientId: 'd' }, 'New', 0],
      [undefined, 'New', 0],
    ],
  },
  {
    name: 'takes a status only for the version that it was made for',
    async run(server) {
      const { metadata, body } = await server.create(OAUTH_APPLICATIONS, application('a'));
      await server.patch(OAUTH_APPLICATIONS, 'a', { metadata: { labels: { l: '1' } } });
      const { name, uid, resourceVersion } = metadata;
      const status = { clientId: 'c' };
      const answers = [
        await server.replace(
          OAUTH_APPLICATIONS,
          { metadata: { name, uid, resourceVersion }, status },
          STRICT,
          'status',
        ),
        await server.replace(OAUTH_APPLICATIONS, { metadata: { name, uid: 'another' }, status }, STRICT, 'status'),
        await server.replace(OAUTH_APPLICATIONS, { metadata: { name }, status }, STRICT, 'status'),
        await server.replace(
          OAUTH_APPLICATIONS,
          { ...body, metadata: { ...metadata, name: 'b' }, status },
          {},
          'status',
        ),
        await server.replace(OAUTH_APPLICATIONS, { metadata: { name }, spec: SPEC }),
      ];
      return answers.map(({ code, reason }) => `${code} ${reason}`);
    },
    holds: ['409 Conflict', '409 Conflict', '422 Invalid', '404 NotFound', '422 Invalid'],
  },
  {
    name: 'drops fields that the schema does not know, or refuses them where asked to',
    async run(server) {
      const odd = { ...application('a'), extra: 1, spec: { ...SPEC, extra: 1, secret: { name: 's', extra: 1 } } };
      const answers = [
        await server.create(OAUTH_APPLICATIONS, odd, STRICT),
        await server.create(OAUTH_APPLICATIONS, odd),
        await server.patch(OAUTH_APPLICATIONS, 'a', { spec: { extra: 1 } }, STRICT),
        await server.patch(OAUTH_APPLICATIONS, 'a', { status: { clientId: 'c', extra: 1 } }, {}, 'status'),
        await server.patch(OAUTH_APPLICATIONS, 'a', { status: { extra: 1 } }, STRICT, 'status'),
        await server.patch(
          OAUTH_APPLICATIONS,
          'a',
          { spec: { logto: { customData: { free: { extra: [1] } } } } },
          STRICT,
        ),
      ];
      return answers.map(({ code, body }) => [code, body['extra'], Object(body['spec'])['extra']]);
    },
    holds: [
      [400, undefined, undefined],
      [201, undefined, undefined],
      [422, undefined, undefined],
      [200, undefined, undefined],
      [422, undefined, undefined],
      [200, undefined, undefined],
    ],
  },
  {
    name: 'fills in defaults, and takes null for nothing',
    async run(server) {
      const made = await server.create(OAUTH_PROVIDERS, {
        metadata: { name: 'p' },
        spec: { logi: { apiKeySecretRef: { name: 's', key: null } }, tls: null },
      });
      const { spec } = await server.patch(OAUTH_PROVIDERS, 'p', {
        spec: { logi: { apiUrl: null, wrapperKey: 'oauth_application' } },
      });
      return [made.code, made.spec, spec];
    },
    holds: [
      201,
      {
        ...INTERVALS,
        logi: {
          apiUrl: 'https://api.1pass.dev',
          apiKeySecretRef: { name: 's', key: 'apiKey' },
          registrationName: 'Temporary',
          wrapperKey: 'application',
        },
      },
      {
        ...INTERVALS,
        logi: {
          apiUrl: 'https://api.1pass.dev',
          apiKeySecretRef: { name: 's', key: 'apiKey' },
          registrationName: 'Temporary',
          wrapperKey: 'oauth_application',
        },
      },
    ],
  },
  {
    name: 'holds an object to the bounds of its schema',
    async run(server) {
      const specs: readonly Readonly<Record<string, unknown>>[] = [
        { displayName: 'x'.repeat(129) },
        { displayName: '' },
        { displayName: 1 },
        { type: 'Unheard' },
        { redirectUris: 'https://a.example' },
        { redirectUris: Array.from({ length: 200 }, (_, i) => `https://a.example/${i}`) },
        { redirectUris: ['https://a.example', 1] },
        { secret: { name: 's', keys: [] } },
        { type: null },
        { providerRef: { kind: 'OAuthProvider' } },
        { suspend: 'yes' },
      ];
      const refused = [];
      for (const spec of specs) {
        refused.push(await server.create(OAUTH_APPLICATIONS, { metadata: { name: 'a' }, spec: { ...SPEC, ...spec } }));
      }
      refused.push(await server.create(OAUTH_APPLICATIONS, { metadata: { name: 'a' } }));
      return refused.map(fieldsOf);
    },
    holds: [
      '422 spec.displayName',
      '422 spec.displayName',
      '422 spec.displayName',
      '422 spec.type',
      '422 spec.redirectUris',
      '422 spec.redirectUris',
      '422 spec.redirectUris[1]',
      '422 spec.secret.keys',
      '422 spec.type',
      '422 spec.providerRef.name',
      '422 spec.suspend',
      '422 spec',
    ],
  },
  {
    name: 'holds a status to the bounds of its schema',
    async run(server) {
      await server.create(OAUTH_APPLICATIONS, application('a'));
      const condition = {
        type: 'Ready',
        status: 'True',
        reason: 'Ready',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 1,
      };
      const statuses = [
        { conditions: [condition] },
        { conditions: [condition, condition] },
        { conditions: [{ ...condition, lastTransitionTime: 'yesterday' }] },
        { conditions: [{ ...condition, status: 'Perhaps' }] },
        { observedGeneration: '1' },
        { observedGeneration: -1 },
        { clientId: 1 },
      ];
      const answers = [];
      for (const status of statuses)
        answers.push(await server.patch(OAUTH_APPLICATIONS, 'a', { status }, {}, 'status'));
      return answers.map(fieldsOf);
    },
    holds: [
      '200 ',
      '422 status.conditions[1]',
      '422 status.conditions[0].lastTransitionTime',
      '422 status.conditions[0].status',
      '422 status.observedGeneration',
      '422 status.observedGeneration',
      '422 status.clientId',
    ],
  },
  {
    name: 'keeps what the registration stands on',
    async run(server) {
      const spec = { ...SPEC, type: 'Native', redirectUris: ['app:/callback'] };
      await server.create(OAUTH_APPLICATIONS, { metadata: { name: 'a' }, spec });
      const provider = { name: 'p', kind: 'OAuthProvider', identity: 'i', uid: 'u' };
      const change = (changed: Readonly<Record<string, unknown>>) =>
        server.patch(OAUTH_APPLICATIONS, 'a', { spec: changed });
      const answers = [
        await change({ type: 'SinglePage' }),
        await change({ management: 'Observe' }),
        await change({ logto: { deviceFlow: true } }),
        await change({ logto: { thirdParty: {} } }),
        await change({ providerRef: { name: 'q', kind: 'OAuthProvider' } }),
        await change({ providerRef: null }),
        await server.patch(OAUTH_APPLICATIONS, 'a', { status: { provider } }, {}, 'status'),
        await change({ providerRef: { name: 'q', kind: 'OAuthProvider' } }),
        await change({ providerRef: { name: 'p', kind: 'OAuthProvider' } }),
        await change({ providerRef: null }),
        await server.create(OAUTH_APPLICATIONS, application('n'.repeat(248))),
        await server.create(OAUTH_PROVIDERS, { metadata: { name: 'p' }, spec: {} }),
        await server.create(OAUTH_PROVIDERS, { metadata: { name: 'p' }, spec: { logto: LOGTO } }),
        await server.patch(OAUTH_PROVIDERS, 'p', { spec: { logto: null, logi: { apiKeySecretRef: { name: 's' } } } }),
      ];
      return answers.map(fieldsOf);
    },
    holds: [
      '422 spec',
      '422 spec',
      '422 spec',
      '422 spec',
      '200 ',
      '200 ',
      '200 ',
      '422 <nil>',
      '200 ',
      '422 <nil>',
      '422 <nil>',
      '422 spec',
      '201 ',
      '422 spec',
    ],
  },
  {
    name: 'serves a kind that lives in no namespace',
    async run(server) {
      const name = `of-${server.namespace}`;
      const spec = { logi: { apiKeySecretRef: { name: 's', namespace: server.namespace } } };
      const answers = [
        await server.create(CLUSTER_OAUTH_PROVIDERS, { metadata: { name }, spec }),
        await server.get(CLUSTER_OAUTH_PROVIDERS, name),
        await server.patch(CLUSTER_OAUTH_PROVIDERS, name, { status: { identity: 'i' } }, {}, 'status'),
        await server.remove(CLUSTER_OAUTH_PROVIDERS, name),
        await server.send('GET', `/apis/oauthapp.dev/v1alpha1/namespaces/${server.namespace}/clusteroauthproviders`),
        await server.send('GET', '/apis/nowhere.example/v1/things'),
      ];
      return answers.map(({ code }) => code);
    },
    holds: [201, 200, 200, 200, 404, 404],
  },
];

function application(name: string) {
  return { metadata: { name }, spec: SPEC };
}

/** The fields that a refusal names, without what it says of all the rest. */
function fieldsOf({ code, details: { causes } }: Answer): string {
  const fields = [...new Set(causes.map(({ field }) => field))];
  const named = fields.filter((field) => fields.length === 1 || field !== '<nil>');
  return `${code} ${named.join(', ')}`;
}
