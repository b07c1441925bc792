import { ANNOTATIONS } from '../../../src/api/names.ts';
import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, type Ref, SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf, recordIn } from '../application-view.ts';
import type { Cluster } from '../cluster.ts';
import { applicationManifest, displayNameOf } from '../manifests.ts';
import { privilegesIn } from '../privileges.ts';
import type {
  Edit,
  Planned,
  Request,
  SecretTampering,
  Shape,
  StatusTampering,
  WorkloadDeed,
} from '../scenario/scenario.ts';
import { deploy } from './deploy.ts';
import { type Claim, forgedNotes, isOfNeighbour, NOTHING, names, notesOf, type OpenOperation } from './forgery.ts';

type Json = Readonly<Record<string, unknown>>;

/** What Logto calls the one that it makes with a registration. */
const FIRST_SECRET = 'Default secret';

const REQUESTS = {
  rotate: ANNOTATIONS.rotateRequestedAt,
  reconcile: ANNOTATIONS.reconcileRequestedAt,
  retire: ANNOTATIONS.retireRequestedAt,
  'register-anew': ANNOTATIONS.registerAnew,
} as const satisfies Record<Request, string>;

/** Hands of an application team, and of whoever else has rights in its namespace. */
export interface Team {
  apply(): void;
  edit(to: Edit): void;
  delete(propagation: 'Foreground' | undefined): void;
  ask(forWhat: Request, token: string): void;
  /** With the token that was served before the last one, if one was. */
  askAgain(forWhat: Request): void;
  /** What runs with the Secret, if anything does. */
  workload(how: WorkloadDeed): void;
  tamperSecret(how: SecretTampering, value: string): void;
  /** `newest`: the registration that was made last at the provider. */
  tamperStatus(how: StatusTampering, newest: Claim | undefined): void;
  /** Takes the object away past its operator, if it is there, and puts back what was saved of it last. */
  restore(from: 'manifest' | 'backup'): void;
}

export function teamOf(planned: Planned, shape: Shape, { hands }: Cluster): Team {
  const { namespace, name } = planned;
  const ref: Ref = { resource: OAUTH_APPLICATIONS, namespace, name };
  const manifest = applicationManifest(planned, shape);

  function apply(): void {
    if (hands.patch(ref, manifest) === 'refused') hands.create(OAUTH_APPLICATIONS, namespace, manifest);
  }

  /** The Secret that the status speaks of. */
  function secretRef(): Ref | undefined {
    const secret = statusOf(hands.get(ref))['secret'];
    const named = isRecord(secret) ? secret['name'] : undefined;
    return typeof named === 'string' ? { resource: SECRETS, namespace, name: named } : undefined;
  }

  function openOperation(): OpenOperation | undefined {
    const { id, serial } = recordIn(statusOf(hands.get(ref)), 'operation');
    return typeof id === 'string' ? { id, serial: String(serial) } : undefined;
  }

  function forge(secret: Ref, how: 'copy-notes' | 'forge-notes', value: string): void {
    const before = hands.get(secret);
    if (before === undefined) return;
    switch (how) {
      case 'copy-notes': {
        const { uid } = hands.get(ref)?.metadata ?? {};
        const source = hands.list(SECRETS).find((other) => isOfNeighbour(other, namespace, uid));
        if (source !== undefined) hands.patch(secret, { metadata: notesOf(source, before) });
        break;
      }
      case 'forge-notes': {
        const claim = names(before, another()) ? NOTHING : another();
        const metadata = { name: secret.name, ...forgedNotes(before, claim, openOperation()) };
        const stringData = { client_id: claim.clientId, client_secret: value };
        hands.delete(secret);
        hands.create(SECRETS, namespace, { metadata, stringData });
        break;
      }
    }
  }

  function another(): Claim {
    const { uid } = hands.get(ref)?.metadata ?? {};
    const [claim] = hands.list(OAUTH_APPLICATIONS).flatMap((other) => {
      const { provider, applicationId, clientId } = applicationOf(other);
      if (other.metadata.uid === uid || provider !== planned.provider) return [];
      return applicationId === undefined || clientId === undefined ? [] : [{ applicationId, clientId }];
    });
    return claim ?? NOTHING;
  }

  function ask(forWhat: Request, token: string): void {
    hands.patch(ref, { metadata: { annotations: { [REQUESTS[forWhat]]: token } } });
  }

  return {
    apply,
    edit: (to) => void hands.patch(ref, { spec: editOf(to, planned, shape) }),
    delete: (propagation) => void hands.delete(ref, propagation),
    ask,
    askAgain(forWhat) {
      const object = hands.get(ref);
      const token = object && applicationOf(object).servedEarlier[forWhat].at(-1);
      if (typeof token === 'string') ask(forWhat, token);
    },
    workload: (how) => deploy(how, planned, hands),
    tamperSecret(how, value) {
      const secret = secretRef();
      if (secret === undefined) return;
      switch (how) {
        case 'delete':
          hands.delete(secret);
          break;
        case 'foreign-in-its-place':
          hands.delete(secret);
          return void hands.create(SECRETS, namespace, {
            metadata: { name: secret.name },
            stringData: { theirs: value },
          });
        case 'other-value':
          hands.patch(secret, { stringData: { client_secret: value } });
          break;
        case 'drop-key':
          hands.patch(secret, { data: { client_secret: null } });
          break;
        case 'strip-notes':
          hands.patch(secret, { metadata: { annotations: null, labels: null } });
          break;
        case 'copy-notes':
        case 'forge-notes':
          forge(secret, how, value);
          break;
      }
    },
    tamperStatus(how, newest = NOTHING) {
      const object = hands.get(ref);
      if (object === undefined) return;
      hands.replace(
        ref,
        { ...object, status: tampered(statusOf(object), how, { another: another(), newest }) },
        'status',
      );
    },
    restore(from) {
      const before = hands.get(ref);
      hands.patch(ref, { metadata: { finalizers: null } });
      hands.delete(ref);
      if (from === 'manifest' || before === undefined) return apply();
      const { labels, annotations, finalizers } = before.metadata;
      const metadata = { name, labels, annotations, finalizers };
      hands.create(OAUTH_APPLICATIONS, namespace, { metadata, spec: before['spec'] });
    },
  };
}

function editOf(to: Edit, planned: Planned, shape: Shape): Json {
  const { namespace, name, type, provider } = planned;
  switch (to) {
    case 'provider':
      return { providerRef: { name: provider === 'logi' ? 'logto' : 'logi' } };
    case 'name':
      return { displayName: `${displayNameOf(planned, shape)}, new` };
    case 'uris':
      return type === 'MachineToMachine' ? {} : { redirectUris: [`https://${name}.example.com/${namespace}/other`] };
    case 'secret-name':
      return { secret: { name: `${name}-renamed` } };
    case 'keys':
      return { secret: { keys: { clientSecret: 'CLIENT_SECRET' } } };
    case 'suspend':
      return { suspend: true };
    case 'resume':
      return { suspend: null };
    case 'retain':
      return { deletionPolicy: 'Retain' };
    case 'delete-policy':
      return { deletionPolicy: 'Delete' };
    case 'first-privileges':
      return privilegesIn(planned, 'first');
    case 'other-privileges':
      return privilegesIn(planned, 'other');
    case 'fewest-privileges':
      return privilegesIn(planned, 'fewest');
  }
}

function tampered(
  status: Json,
  how: StatusTampering,
  { another, newest }: { readonly another: Claim; readonly newest: Claim },
): Json {
  switch (how) {
    case 'wipe':
      return {};
    case 'forget-operation':
      return { ...status, operation: undefined };
    case 'other-id':
      return { ...status, ...another };
    case 'newest-id':
      return { ...status, ...newest };
    case 'superseded':
      return { ...status, rotation: { ...recordIn(status, 'rotation'), retiring: supersededIn(status) } };
  }
}

/** Entries for the first secret that a person makes at the console, and for the one in use by its fingerprint, long over. */
function supersededIn(status: Json): readonly Json[] {
  const over = { supersededAt: '2020-01-01T00:00:00Z', notBefore: '2020-01-01T00:00:00Z' };
  const { fingerprint } = recordIn(status, 'secret');
  return [
    { name: 'by hand 1', ...over },
    { name: FIRST_SECRET, fingerprint, ...over },
  ];
}

function statusOf(object: KubeObject | undefined): Json {
  return recordIn(object ?? {}, 'status');
}
