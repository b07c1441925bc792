import type { Refused } from './refused.ts';

const ONE_KEY = 'keys must differ from one another, and from the names that the format gives to the others';
const OURS = 'must not set what begins with oauthapp.dev/: the operator writes it';
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
    message: 'must be a key of a Secret: letters, digits, -, _ and .',
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
  {
    name: 'a label of ours',
    spec: { secret: { template: { metadata: { labels: { 'oauthapp.dev/application-uid': 'x' } } } } },
    field: 'spec.secret.template.metadata.labels',
    message: OURS,
  },
  {
    name: 'an annotation of ours',
    spec: { secret: { template: { metadata: { annotations: { 'oauthapp.dev/seal': 'x' } } } } },
    field: 'spec.secret.template.metadata.annotations',
    message: OURS,
  },
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
