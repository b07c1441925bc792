/** API group of all our kinds, and prefix of every annotation, label and finalizer that is ours. */
export const GROUP = 'oauthapp.dev';

/** The one served and stored version. */
export const VERSION = 'v1alpha1';

/** The `apiVersion` of our objects. */
export const API_VERSION = `${GROUP}/${VERSION}` as const;

/** `kubectl get oauth` lists all our kinds. */
export const CATEGORY = 'oauth';

/** Our kinds as discovery names them. */
export const KINDS = {
  application: {
    kind: 'OAuthApplication',
    plural: 'oauthapplications',
    singular: 'oauthapplication',
    shortName: 'oaa',
    scope: 'Namespaced',
  },
  provider: {
    kind: 'OAuthProvider',
    plural: 'oauthproviders',
    singular: 'oauthprovider',
    shortName: 'oap',
    scope: 'Namespaced',
  },
  clusterProvider: {
    kind: 'ClusterOAuthProvider',
    plural: 'clusteroauthproviders',
    singular: 'clusteroauthprovider',
    shortName: 'coap',
    scope: 'Cluster',
  },
} as const;

export const FINALIZERS = {
  /** On an application: its registration has not been dealt with yet. */
  registration: `${GROUP}/registration`,
  /** On a provider, and on the credential Secret of a namespaced one: applications still need it (protocol D5). */
  inUse: `${GROUP}/in-use`,
} as const;

/** Annotations that people put on our objects. We compare them and never write them. */
export const ANNOTATIONS = {
  rotateRequestedAt: `${GROUP}/rotate-requested-at`,
  reconcileRequestedAt: `${GROUP}/reconcile-requested-at`,
  retireRequestedAt: `${GROUP}/retire-requested-at`,
  registerAnew: `${GROUP}/register-anew`,
  abandon: `${GROUP}/abandon`,
  isDefault: `${GROUP}/is-default`,
  confirmDisappearance: `${GROUP}/confirm-disappearance`,
  confirmIdentity: `${GROUP}/confirm-identity`,
  releaseRetained: `${GROUP}/release-retained`,
} as const;

/** Annotations that we put on a Secret with the data. A tenant can write them: without a valid seal they prove nothing. */
export const SECRET_ANNOTATIONS = {
  /** Protocol I2. */
  seal: `${GROUP}/seal`,
  /** Counts the secrets of one registration (protocol T2). */
  serial: `${GROUP}/serial`,
  /** Id of the operation whose value the Secret holds. */
  operation: `${GROUP}/operation`,
  /** Id of the operation that made the registration, or took it over, where its owner mark says so (protocol R4). */
  birth: `${GROUP}/birth`,
  /** Which key of the data holds what, as JSON (protocol S4). */
  keys: `${GROUP}/keys`,
  /** Digest of what the spec wanted in the Secret when it was written. */
  layout: `${GROUP}/layout`,
  /** Names of the labels and annotations that the template brought, as JSON, so that they can be taken off again. */
  template: `${GROUP}/template`,
  applicationId: `${GROUP}/application-id`,
  /** Protocol I2: the seal vouches for it, as an id may be given again. */
  clientId: `${GROUP}/client-id`,
  /** Protocol I3. */
  providerIdentity: `${GROUP}/provider-identity`,
  /** Uid of the namespace that the seal speaks of: another one may have its name later. */
  namespaceUid: `${GROUP}/namespace-uid`,
} as const;

/** The part of an annotation's name behind the slash is at most this long, by the API conventions. */
const LONGEST_NAME = 63;
const DIGEST_CHARACTERS = 16;

/**
 * The annotation of a pod template that says for which value of a Secret its workload was rolled last. One for each
 * Secret, so that rolling for one does not undo the other.
 *
 * @param digest in hex, of a name that is too long to stand there whole
 */
export function rolledForAnnotation(secretName: string, digest: (text: string) => string): string {
  const whole = `rolled-for.${secretName}`;
  if (whole.length <= LONGEST_NAME) return `${GROUP}/${whole}`;
  const clipped = whole.slice(0, LONGEST_NAME - DIGEST_CHARACTERS - 1);
  return `${GROUP}/${clipped}_${digest(secretName).slice(0, DIGEST_CHARACTERS)}`;
}

export const LABELS = {
  /** On a Secret: uid of the OAuthApplication it was written for. */
  applicationUid: `${GROUP}/application-uid`,
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Value of {@link LABELS}.managedBy on everything that we create. */
export const MANAGED_BY = 'oauthapp-operator';
