import type { Rule } from '../schema.ts';
import { choice, map, object, text } from '../schema.ts';
import { namesOf, SECRET_FORMAT_NAMES, SECRET_FORMATS } from '../secret-formats.ts';

/** DNS-1123 subdomain: what the API server takes as the name of a Secret. */
const OBJECT_NAME: Rule = {
  rule: "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
  message: 'must be a DNS-1123 name: lower-case letters, digits, - and ., beginning and ending with a letter or digit',
};

/** What the API server takes as a key of a Secret's data. `__proto__` is one, and no JavaScript object can hold it. */
const KEY_PATTERN = '^[.]?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$';
const SECRET_KEY: Rule = {
  rule: `self.matches('${KEY_PATTERN}') && self != '__proto__'`,
  message: 'must be a key of a Secret: letters, digits, -, _ and ., not .. in front, and not __proto__',
};
const SECRET_KEYS: Rule = {
  rule: `self.all(key, size(key) <= 253 && key.matches('${KEY_PATTERN}') && key != '__proto__')`,
  message: 'must have keys of a Secret: 1 to 253 letters, digits, -, _ and ., not .. in front, and not __proto__',
};

/** Syntax of Kubernetes' qualified names; the prefix of an annotation has to be in lower case here, too. */
const QUALIFIED_NAMES: Rule = {
  rule:
    "self.all(key, key.indexOf('/') <= 253 && key.matches('^([a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?" +
    "[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$'))",
  message: 'must have names like team or example.com/team: 1 to 63 letters, digits, -, _ and . behind a DNS name',
};

const LABEL_VALUE: Rule = {
  rule: "self.matches('^([A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?)?$')",
  message: 'must be the value of a label: letters, digits, -, _ and ., beginning and ending with a letter or digit',
};

/** What others act upon. The recommended labels under app.kubernetes.io/ are for everybody, but for one that we set. */
const RESERVED: Rule = {
  rule:
    "self.all(key, key != 'app.kubernetes.io/managed-by' && (key.startsWith('app.kubernetes.io/') || " +
    "!key.matches('^(.*[.])?(oauthapp[.]dev|kubernetes[.]io|k8s[.]io)/')))",
  message:
    'must not set app.kubernetes.io/managed-by or what begins with oauthapp.dev/, kubernetes.io/ or k8s.io/ or a subdomain of these, other than app.kubernetes.io/',
};

/** The keys that the format gives, as a CEL list of lists: id, secret, issuer. */
const FORMAT_KEYS = `[{${SECRET_FORMAT_NAMES.map((format) => `'${format}': ['${namesOf(format).join("', '")}']`).join(', ')}}[self.?format.orValue('Default')]]`;

/** What the keys are called where nothing is said, so that two parts never meet in one key. */
const EFFECTIVE_KEYS =
  '[self.?keys.?clientId.orValue(format[0]), self.?keys.?clientSecret.orValue(format[1]), ' +
  "self.?keys.?issuer.orValue(format[2]), self.?keys.?previousClientSecret.orValue('/previous')]";

const DISTINCT_KEYS: Rule = {
  rule: `!has(self.keys) || ${FORMAT_KEYS}.all(format, [${EFFECTIVE_KEYS}].all(names, names.all(name, names.indexOf(name) == names.lastIndexOf(name))))`,
  message: 'keys must differ from one another, and from the names that the format gives to the others',
};

const OWN_KEYS: Rule = {
  rule: `!has(self.template) || !has(self.template.data) || ${FORMAT_KEYS}.all(format, ${EFFECTIVE_KEYS}.all(name, !(name in self.template.data)))`,
  message: 'template.data must not have a key that keys or the format name',
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
      `Named set of keys. ${SECRET_FORMAT_NAMES.map(described).join(' ')} A public client has no secret. Left out: Default.`,
      SECRET_FORMAT_NAMES,
    ).optional(),
    keys: object('Overrides the names of single keys.', {
      clientId: secretKey('Key of the client id.').optional(),
      clientSecret: secretKey('Key of the client secret. A public client has none.').optional(),
      issuer: secretKey('Key of the OpenID Connect issuer. Named here, it is written for every type.').optional(),
      previousClientSecret: secretKey('Key of the superseded secret, for as long as it still works.').optional(),
    }).optional(),
    template: object('What the Secret holds beside the keys.', {
      metadata: object('Labels and annotations of the Secret.', {
        labels: map('Labels to add.', text('Value of a label.', { min: 0, max: 63, rules: [LABEL_VALUE] }), {
          max: 32,
          rules: [QUALIFIED_NAMES, RESERVED],
        }).optional(),
        annotations: map('Annotations to add.', text('Value of an annotation.', { min: 0, max: 4096 }), {
          max: 32,
          rules: [QUALIFIED_NAMES, RESERVED],
        }).optional(),
      }).optional(),
      data: map(
        'Further keys. ${clientId}, ${clientSecret}, ${issuer} and, where keys.previousClientSecret is set, ${previousClientSecret} are replaced. Up to three filters, taken from left to right, are written ${clientSecret|json}: json is a JSON string with its quotation marks, base64, url percent-encodes. $${ is a literal ${. All keys together may hold 256 KiB.',
        text('A text with placeholders.', { min: 0, max: 16_384 }),
        { max: 32, rules: [SECRET_KEYS] },
      ).optional(),
    }).optional(),
  },
  [DISTINCT_KEYS, OWN_KEYS],
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

/** A format in a sentence: its keys, and those of a public client where they are others. */
function described(format: (typeof SECRET_FORMAT_NAMES)[number]): string {
  const { confidential, public: open } = SECRET_FORMATS[format];
  const keys = Object.values(confidential).join(', ');
  return 'issuer' in confidential
    ? `${format}: ${keys}.`
    : `${format}: ${keys}; for a public client ${Object.values(open).join(', ')}.`;
}
