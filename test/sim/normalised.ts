import { isRecord } from '../../src/kube/object.ts';

/** Objects of these kinds are filled up and worked upon by others; of them the metadata is compared. */
const FILLED_UP = ['Pod', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'];

/** Controllers write the status of these at any time, so that nothing is to be said of their versions. */
const WORKED_UPON = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Fields that an events.k8s.io Event carries for the sake of older clients. */
const DEPRECATED = /^deprecated/;

/**
 * Makes what two servers say comparable: uids by the order of their appearance, versions by the order of each object's,
 * times and continue tokens as such, errors without their prose, managers without the fields that nobody asks about.
 */
export function normaliser(namespace: string): (json: unknown) => unknown {
  const uids = new Map<string, string>();
  const versions = new Map<string, string[]>();

  return normalised;

  function normalised(json: unknown): unknown {
    if (typeof json === 'string') return json.replaceAll(namespace, 'NAMESPACE');
    if (Array.isArray(json)) return json.map(normalised);
    if (!isRecord(json)) return json;
    const { kind, metadata, message: _, details, ...others } = json;
    const of = typeof kind === 'string' ? FILLED_UP.find((each) => kind === `${each}List`) : undefined;
    if (of !== undefined) return listOf(of, json);
    if (kind === 'Status') return { kind, ...others, details: isRecord(details) ? withoutProse(details) : undefined };
    const fields = typeof kind === 'string' && FILLED_UP.includes(kind) ? [] : Object.entries(json);
    const kept = fields.filter(([name]) => !DEPRECATED.test(name) && name !== 'metadata' && name !== 'kind');
    return {
      ...(kind === undefined ? {} : { kind }),
      ...Object.fromEntries(kept.map(([name, value]) => [name, name === 'uid' ? uidOf(value) : normalised(value)])),
      ...(isRecord(metadata) ? { metadata: metaOf(kind, metadata) } : {}),
    };
  }

  /** Its items come without their kind. */
  function listOf(kind: string, { metadata, items }: Readonly<Record<string, unknown>>): unknown {
    const all = Array.isArray(items) ? items.filter(isRecord) : [];
    const meta = isRecord(metadata) ? metaOf(`${kind}List`, metadata) : {};
    return { kind: `${kind}List`, metadata: meta, items: all.map((item) => normalised({ kind, ...item })) };
  }

  function metaOf(kind: unknown, meta: Readonly<Record<string, unknown>>): unknown {
    const {
      uid,
      resourceVersion,
      creationTimestamp,
      deletionTimestamp,
      managedFields,
      continue: token,
      ...others
    } = meta;
    const { name, generateName, annotations, ...rest } = others;
    const isWorkedUpon = typeof kind === 'string' && WORKED_UPON.includes(kind);
    const isFilledUp = typeof kind === 'string' && FILLED_UP.includes(kind);
    return {
      ...(normalised(rest) as object),
      name: typeof generateName === 'string' ? `${generateName}*` : normalised(name),
      ...(annotations === undefined || isFilledUp ? {} : { annotations }),
      ...(uid === undefined ? {} : { uid: uidOf(uid) }),
      ...(resourceVersion === undefined || isWorkedUpon ? {} : { version: versionOf(uid, resourceVersion) }),
      ...(creationTimestamp === undefined ? {} : { created: 'then' }),
      ...(deletionTimestamp === undefined ? {} : { deleting: 'since then' }),
      ...(token === undefined || token === '' ? {} : { continue: 'token' }),
      ...(kind === 'Secret' ? { managers: managersOf(managedFields) } : {}),
    };
  }

  function uidOf(uid: unknown): string {
    const known = uids.get(String(uid)) ?? `uid ${uids.size + 1}`;
    uids.set(String(uid), known);
    return known;
  }

  /** A list's version says nothing of its own. */
  function versionOf(uid: unknown, version: unknown): string {
    if (uid === undefined) return 'of the list';
    const seen = versions.get(String(uid)) ?? [];
    if (!seen.includes(String(version))) seen.push(String(version));
    versions.set(String(uid), seen);
    return `version ${seen.indexOf(String(version)) + 1}`;
  }

  function withoutProse({ causes, uid, ...others }: Readonly<Record<string, unknown>>): unknown {
    const told = Array.isArray(causes) ? causes.filter(isRecord).map(({ reason, field }) => `${field}: ${reason}`) : [];
    return {
      ...(normalised(others) as object),
      ...(uid === undefined ? {} : { uid: uidOf(uid) }),
      causes: [...new Set(told)].sort(),
    };
  }
}

/** Which keys of the data are whose. */
function managersOf(managedFields: unknown): unknown {
  const entries = Array.isArray(managedFields) ? managedFields.filter(isRecord) : [];
  return entries
    .map(({ manager, fieldsV1 }) => ({
      manager,
      data: isRecord(fieldsV1) && isRecord(fieldsV1['f:data']) ? Object.keys(fieldsV1['f:data']).sort() : [],
    }))
    .sort((one, other) => (String(one.manager) < String(other.manager) ? -1 : 1));
}
