import type { Rule } from '../schema.ts';
import { choice, map, object, text } from '../schema.ts';

/** DNS-1123 subdomain: what the API server takes as the name of a Secret. */
const OBJECT_NAME: Rule = {
  rule: "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
  message: 'must be a DNS-1123 name: lower-case letters, digits, - and ., beginning and ending with a letter or digit',
};

const SECRET_KEY: Rule = {
  rule: "self.matches('^[-._a-zA-Z0-9]+$')",
  message: 'must be a key of a Secret: letters, digits, -, _ and .',
};

const OUR_PREFIX: Rule = {
  rule: "self.all(key, !key.startsWith('oauthapp.dev/'))",
  message: 'must not set what begins with oauthapp.dev/: the operator writes it',
};

/** What the keys are called where nothing is said, so that two parts never meet in one key. */
const DISTINCT_KEYS: Rule = {
  rule:
    '!has(self.keys) || [[' +
    "self.keys.?clientId.orValue(self.?format.orValue('Default') == 'Default' ? 'client_id' : '/id'), " +
    "self.keys.?clientSecret.orValue(self.?format.orValue('Default') == 'Default' ? 'client_secret' : '/secret'), " +
    "self.keys.?issuer.orValue(self.?format.orValue('Default') == 'Default' ? 'issuer' : '/issuer'), " +
    "self.keys.?previousClientSecret.orValue('/previous')" +
    ']].all(names, names.all(name, names.indexOf(name) == names.lastIndexOf(name)))',
  message: 'keys must differ from one another, and from the names that the format gives to the others',
};

/** The name of an object in a namespace. */
export function objectName(description: string) {
  return text(description, { max: 253, rules: [OBJECT_NAME] });
}

/** A key of a Secret's data. */
export function secretKey(description: string) {
  return text(description, { max: 253, rules: [SECRET_KEY] });
}

/** `spec.secret`: where and how the credentials are written. */
export const SecretSpec = object(
  'The Secret that the credentials are written to. It is created in the namespace of the application.',
  {
    name: objectName('Name of the Secret. Left out: the name of the application and -oauth.').optional(),
    format: choice(
      'Named set of keys. Default: client_id and client_secret, for a public client client_id and issuer. Left out: Default.',
      ['Default', 'Env', 'Logi', 'OAuth2Proxy'],
    ).optional(),
    keys: object('Overrides the names of single keys.', {
      clientId: secretKey('Key of the client id.').optional(),
      clientSecret: secretKey('Key of the client secret. A public client has none.').optional(),
      issuer: secretKey('Key of the OpenID Connect issuer. Named here, it is written for every type.').optional(),
      previousClientSecret: secretKey('Key of the superseded secret, for as long as it still works.').optional(),
    }).optional(),
    template: object('What the Secret holds beside the keys.', {
      metadata: object('Labels and annotations of the Secret.', {
        labels: map('Labels to add.', text('Value of a label.', { min: 0, max: 63 }), {
          max: 32,
          rules: [OUR_PREFIX],
        }).optional(),
        annotations: map('Annotations to add.', text('Value of an annotation.', { min: 0, max: 4096 }), {
          max: 32,
          rules: [OUR_PREFIX],
        }).optional(),
      }).optional(),
      data: map(
        'Further keys. ${clientId}, ${clientSecret}, ${issuer} and ${previousClientSecret} are replaced; the filters json, base64 and url are written ${clientSecret|json}; $${ is a literal ${.',
        text('A text with placeholders.', { min: 0, max: 16_384 }),
        { max: 32 },
      ).optional(),
    }).optional(),
  },
  [DISTINCT_KEYS],
);

/** `spec.adopt`: a registration that was there before the application. */
export const AdoptSpec = object(
  'Takes over a registration that exists already instead of creating one. The provider must list it under access.adoptable, and deletionPolicy must be stated.',
  {
    applicationId: text("The provider's id of the registration.", { max: 256, pattern: '^[!-~]+$' }),
    secret: choice('Keep: the secret in use stays. Rotate: a new one is issued at once. Left out: Keep.', [
      'Keep',
      'Rotate',
    ]).optional(),
    secretRef: object(
      'Secret of this namespace that holds the credentials in use. Needed with Keep where the provider shows a secret only once.',
      {
        name: objectName('Name of the Secret.'),
        keys: object('Which keys hold the credentials.', {
          clientId: secretKey('Key of the client id. Left out: client_id.').optional(),
          clientSecret: secretKey('Key of the client secret. Left out: client_secret.').optional(),
        }).optional(),
      },
    ).optional(),
  },
  [
    {
      rule: "!has(self.secretRef) || self.?secret.orValue('Keep') == 'Keep'",
      message: 'secretRef is read with secret: Keep alone; leave it out to rotate',
    },
  ],
);
