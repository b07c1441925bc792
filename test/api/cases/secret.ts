import type { Refused } from './refused.ts';

const ONE_KEY = 'keys must differ from one another, and from the names that the format gives to the others';
const KEY = 'must be a key of a Secret: letters, digits, -, _ and ., not .. in front, and not __proto__';
const KEYS = 'must have keys of a Secret: 1 to 253 letters, digits, -, _ and ., not .. in front, and not __proto__';
const TAKEN = 'template.data must not have a key that keys or the format name';
const NAMES = 'must have names like team or example.com/team: 1 to 63 letters, digits, -, _ and . behind a DNS name';
const LABEL = 'must be the value of a label: letters, digits, -, _ and ., beginning and ending with a letter or digit';
const RESERVED =
  'must not set app.kubernetes.io/managed-by or what begins with oauthapp.dev/, kubernetes.io/ or k8s.io/ or a subdomain of these, other than app.kubernetes.io/';
const AUTH_METHOD =
  'tokenEndpointAuthMethod must be none for SinglePage and Native, which have no secret, and for them alone';

export const SECRET_REFUSALS: readonly Refused[] = [
  {
    name: 'a Secret name in capitals',
    spec: { secret: { name: 'Shop' } },
    field: 'spec.secret.name',
    message:
      'must be a DNS-1123 name: lower-case letters, digits, - and ., beginning and ending with a letter or digit',
  },
  {
    name: 'a Secret name of 254 characters',
    spec: { secret: { name: 'x'.repeat(254) } },
    field: 'spec.secret.name',
    message: 'may not be more than 253',
  },
  {
    name: 'a key with a slash',
    spec: { secret: { keys: { clientId: 'a/b' } } },
    field: 'spec.secret.keys.clientId',
    message: KEY,
  },
  {
    name: 'two parts in one key',
    spec: { secret: { keys: { clientId: 'a', clientSecret: 'a' } } },
    field: 'spec.secret',
    message: ONE_KEY,
  },
  {
    name: 'a part in the key of another one',
    spec: { secret: { keys: { clientId: 'client_secret' } } },
    field: 'spec.secret',
    message: ONE_KEY,
  },
  ...[
    ['Env', 'CLIENT_SECRET'],
    ['Logi', 'LOGI_API_URL'],
    ['OAuth2Proxy', 'OAUTH2_PROXY_CLIENT_SECRET'],
  ].map(([format, clientId]) => ({
    name: `a part in a key of format ${format}`,
    spec: { secret: { format, keys: { clientId } } },
    field: 'spec.secret',
    message: ONE_KEY,
  })),
  ...['..', '..data', '.', '__proto__'].map((clientId) => ({
    name: `${clientId} for a key`,
    spec: { secret: { keys: { clientId } } },
    field: 'spec.secret.keys.clientId',
    message: KEY,
  })),
  ...['..', 'a/b', '', '__proto__', 'x'.repeat(254)].map((key) => ({
    name: `a template for a key of ${key.length} characters that is none: ${key.slice(0, 16)}`,
    spec: { secret: { template: { data: { [key]: 'x' } } } },
    field: 'spec.secret.template.data',
    message: KEYS,
  })),
  ...[
    { keys: { clientId: 'ID' }, template: { data: { ID: 'x' } } },
    { template: { data: { client_secret: 'x' } } },
    { format: 'Env', template: { data: { ISSUER: 'x' } } },
    { format: 'OAuth2Proxy', template: { data: { OAUTH2_PROXY_CLIENT_ID: 'x' } } },
    { keys: { previousClientSecret: 'OLD' }, template: { data: { OLD: 'x' } } },
  ].map((secret) => ({
    name: `a template in the place of a part: ${JSON.stringify(secret)}`,
    spec: { secret },
    field: 'spec.secret',
    message: TAKEN,
  })),
  ...['-a', 'a b', '/a', 'a/', 'Example.com/a', 'a/b/c', 'x'.repeat(64), `${'x'.repeat(254)}/a`, '__proto__'].flatMap(
    (name) =>
      (['labels', 'annotations'] as const).map((field) => ({
        name: `${name.slice(0, 16)} of ${name.length} characters among the ${field}`,
        spec: { secret: { template: { metadata: { [field]: { [name]: 'x' } } } } },
        field: `spec.secret.template.metadata.${field}`,
        message: NAMES,
      })),
  ),
  ...['-a', 'a-', 'a b', 'ä'].map((value) => ({
    name: `${value} for the value of a label`,
    spec: { secret: { template: { metadata: { labels: { team: value } } } } },
    field: 'spec.secret.template.metadata.labels[team]',
    message: LABEL,
  })),
  ...[
    'oauthapp.dev/application-uid',
    'oauthapp.dev/seal',
    'sub.oauthapp.dev/a',
    'kubernetes.io/service-account.name',
    'autoscaling.alpha.kubernetes.io/a',
    'k8s.io/a',
    'sub.k8s.io/a',
    'app.kubernetes.io/managed-by',
  ].flatMap((name) =>
    (['labels', 'annotations'] as const).map((field) => ({
      name: `${name} among the ${field}`,
      spec: { secret: { template: { metadata: { [field]: { [name]: 'x' } } } } },
      field: `spec.secret.template.metadata.${field}`,
      message: RESERVED,
    })),
  ),
  {
    name: 'a secret key of a public client',
    spec: { type: 'SinglePage', secret: { keys: { clientSecret: 's' } } },
    field: 'spec',
    message: 'secret.keys must not name a client secret for SinglePage and Native: they have none',
  },
  {
    name: 'rotation of a public client',
    spec: { type: 'SinglePage', rotation: {} },
    field: 'spec',
    message: 'rotation must be left out for SinglePage and Native: they have no secret',
  },
  {
    name: 'a public client that authenticates',
    spec: { type: 'SinglePage', tokenEndpointAuthMethod: 'client_secret_post' },
    field: 'spec',
    message: AUTH_METHOD,
  },
  {
    name: 'a confidential client that does not',
    spec: { tokenEndpointAuthMethod: 'none' },
    field: 'spec',
    message: AUTH_METHOD,
  },
];
