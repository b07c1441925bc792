import { objectName, secretKey } from '../application/secret.ts';
import { duration } from '../duration.ts';
import type { Rule } from '../schema.ts';
import { choice, count, flag, list, map, object, text } from '../schema.ts';
import { endpointUrl } from '../uris.ts';

type Scope = 'Namespaced' | 'Cluster';

/** A cluster-scoped object has no namespace of its own in which a Secret could be looked for. */
const SECRET_NAMESPACE: Readonly<Record<Scope, Rule>> = {
  Namespaced: {
    rule: '!has(self.namespace)',
    message: 'namespace must be left out: an OAuthProvider reads Secrets of its own namespace alone',
  },
  Cluster: { rule: 'has(self.namespace)', message: 'namespace is needed: a ClusterOAuthProvider has none of its own' },
};

/** DNS-1123 label. */
const NAMESPACE_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** A host, or `*.` and a domain. As a pattern: a rule on a list in a list costs more than a CRD may. */
const HOST_PATTERN = '^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

const ONE_BLOCK: Rule = {
  rule: '[has(self.logi), has(self.logto), has(self.dynamicRegistration)].filter(present, present).size() == 1',
  message: 'exactly one of logi, logto and dynamicRegistration must be set',
};

const SAME_BLOCK: Rule = {
  rule: 'has(self.logi) == has(oldSelf.logi) && has(self.logto) == has(oldSelf.logto)',
  message: 'logi, logto and dynamicRegistration cannot replace one another: create another provider object',
};

/** The `spec` of a provider object. The two kinds differ in where their Secrets are alone. */
export function providerSpec(scope: Scope) {
  return object(
    "An identity provider's management API, and who may use it.",
    {
      ...blocks(scope),
      tls: object('How the provider is trusted.', {
        caSecretRef: secretRef(
          scope,
          'Secret with the certificates of authorities that are trusted beside those of the system.',
          'ca.crt',
        ),
      }).optional(),
      proxy: object('An HTTP proxy on the way to the provider. Left out: none.', {
        url: endpointUrl('Address of the proxy.'),
      }).optional(),
      limits: LIMITS.optional(),
      resyncInterval: duration('Time from one listing of the registrations to the next.', {
        min: '1m',
        max: '24h',
      }).default('10m'),
      deepResyncInterval: duration(
        'Time in which everything is looked at once that a listing does not show, such as the secrets and roles at Logto.',
        {
          min: '10m',
          max: '720h',
        },
      ).default('24h'),
      suspend: flag('Makes no call at the provider while true. Left out: false.').optional(),
      access: ACCESS.optional(),
    },
    [ONE_BLOCK, SAME_BLOCK],
  );
}

function blocks(scope: Scope) {
  return {
    logi: object('logi (1pass.dev).', {
      apiUrl: endpointUrl('Base address of logi, without /api/v1; it is the OpenID Connect issuer, too.').default(
        'https://api.1pass.dev',
      ),
      apiKeySecretRef: secretRef(scope, 'Secret with the personal API key.', 'apiKey'),
      registrationName: choice(
        'Temporary: a registration is created under a name of its own, by which it is found again if the answer is lost, and renamed at once. Final: it is created under displayName, and a lost answer needs a person.',
        ['Temporary', 'Final'],
      ).default('Temporary'),
      clientType: text('Value of the X-Logi-Client-Type header. Left out: the header is not sent.', {
        max: 64,
        pattern: '^[A-Za-z0-9._-]+$',
      }).optional(),
      wrapperKey: choice('Key that wraps the attributes in a request body; the documentation of logi shows both.', [
        'application',
        'oauth_application',
      ]).default('application'),
    }).optional(),
    logto: object('Logto.', {
      endpoint: endpointUrl('Address of the tenant, such as https://tenant.logto.app.'),
      managementApiResource: endpointUrl(
        'Resource indicator of the Management API. Left out: the one of Logto Cloud for a *.logto.app endpoint, else https://default.logto.app/api.',
      ).optional(),
      credentialsSecretRef: namedSecretRef(
        scope,
        'Secret with the machine-to-machine credentials, under clientId and clientSecret.',
      ),
    }).optional(),
    dynamicRegistration: object('Any provider with dynamic client registration (RFC 7591, RFC 7592).', {
      issuer: endpointUrl('The OpenID Connect issuer.'),
      initialAccessTokenSecretRef: secretRef(scope, 'Secret with the initial access token.', 'token').optional(),
    }).optional(),
  };
}

function secretRef(scope: Scope, description: string, defaultKey: string) {
  return object(description, { ...refFields(), key: secretKey('Key of the value.').default(defaultKey) }, [
    SECRET_NAMESPACE[scope],
  ]);
}

function namedSecretRef(scope: Scope, description: string) {
  return object(description, refFields(), [SECRET_NAMESPACE[scope]]);
}

function refFields() {
  return {
    name: objectName('Name of the Secret.'),
    namespace: text('Namespace of the Secret. Needed by a ClusterOAuthProvider, refused by an OAuthProvider.', {
      max: 63,
      pattern: NAMESPACE_NAME,
    }).optional(),
  };
}

const LIMITS = object(
  'Most calls to make. Left out: what the provider is known to bear, which is no limit unless said here.',
  {
    createsPerHour: count('Registrations per hour. Left out: 10 at logi.', { min: 1, max: 100_000 }).optional(),
    createsPerDay: count('Registrations per day. Left out: 30 at logi.', { min: 1, max: 1_000_000 }).optional(),
    createsPerWeek: count('Registrations per week. Left out: no limit.', { min: 1, max: 1_000_000 }).optional(),
    requestsPerMinute: count(
      'Calls of any kind per minute, of which one may be a few requests. Less than 8 holds on average, not in each minute: work of a few calls is not begun for the first of them alone. Left out: 40 at logi, 300 at Logto Cloud.',
      {
        min: 1,
        max: 100_000,
      },
    ).optional(),
    automaticRotationsPerHour: count('Rotations per hour that nobody asked for. Left out: 20.', {
      min: 0,
      max: 100_000,
    }).optional(),
  },
);

const LABEL_SELECTOR = object(
  'Selects namespaces by their labels, as a Kubernetes label selector does: all of it must hold, and an empty one selects all.',
  {
    matchLabels: map('Labels that must all be there.', text('Value of the label.', { min: 0, max: 63 }), {
      max: 32,
    }).optional(),
    matchExpressions: list(
      'Expressions that must all hold.',
      object('One expression.', {
        key: text('Name of the label.', { max: 316 }),
        operator: choice('How it is compared.', ['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: list(
          'Values for In and NotIn, which need one or more; the others take none.',
          text('A value.', { min: 0, max: 63 }),
          {
            max: 100,
            type: 'atomic',
          },
        ).optional(),
      }),
      { max: 32, type: 'atomic' },
    ).optional(),
  },
);

const ACCESS_RULE = object('One rule.', {
  namespaces: object(
    'Namespaces that it is for; names and selector must both hold where both are given. Left out: all.',
    {
      names: list('By name.', text('Name of a namespace.', { max: 63, pattern: NAMESPACE_NAME }), {
        max: 500,
        type: 'set',
      }).optional(),
      selector: LABEL_SELECTOR.optional(),
    },
  ).optional(),
  uris: object(
    'What every URI in the spec of an application must obey, as browsers read it; one that can be read in two ways is refused. Left out: no restriction.',
    {
      allowedHosts: list(
        'Hosts that may be named by http and https URIs, on any port. Left out: all.',
        text('A host, or *.domain for what is below it at any depth, which does not cover the domain itself.', {
          max: 253,
          pattern: HOST_PATTERN,
        }),
        {
          max: 200,
          type: 'set',
        },
      ).optional(),
      allowLoopback: flag(
        'Whether localhost, 127.0.0.1 and [::1] may be named, which allowedHosts has no say in. Left out: false.',
      ).optional(),
      allowCustomSchemes: flag(
        'Whether the scheme of an app may be used in place of http and https, with any host. Left out: false.',
      ).optional(),
    },
  ).optional(),
  adoptable: list(
    'Ids of registrations that may be adopted or observed. Left out: none.',
    text('An id.', { max: 256 }),
    {
      max: 1000,
      type: 'set',
    },
  ).optional(),
  allow: list(
    'Privileged fields that may be used. A role can carry any right of the tenant. Left out: none.',
    choice('A privilege.', ['ManagementApiAccess', 'Roles', 'ThirdParty']),
    { max: 3, type: 'set' },
  ).optional(),
  maxApplications: count(
    'Most applications per namespace: those that are registered come first, then the older ones. Left out: no limit.',
    { min: 0, max: 100_000 },
  ).optional(),
});

const ACCESS = list(
  'Who may do what; the first rule that matches a namespace counts. Left out: nobody for a ClusterOAuthProvider, plain use from its own namespace for an OAuthProvider.',
  ACCESS_RULE,
  { max: 100, type: 'atomic' },
);
