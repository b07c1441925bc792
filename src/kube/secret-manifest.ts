import { z } from 'zod';
import type { OAuthApplication } from '../api/application.ts';
import { GROUP, KINDS, LABELS, MANAGED_BY, SECRET_ANNOTATIONS } from '../api/names.ts';
import type { SecretDraft } from '../application/ports/secrets.ts';
import type { KubeObject, Manifest, OwnerReference } from './object.ts';
import { annotationsOf, broughtByTemplate } from './secret-notes.ts';

/** `data` of a Secret: values in base64 (Kubernetes API reference, Secret v1). Absent where it is empty. */
export const DATA = z.record(z.string(), z.string()).optional();

/** Notes that not every Secret has: those of a former draft say nothing of this one. */
const PASSING = [SECRET_ANNOTATIONS.template, SECRET_ANNOTATIONS.birth];

/** The Secret to be stored for a draft. What others put on the metadata of `original` stays. */
export function manifestOf(owner: OAuthApplication, draft: SecretDraft, original: KubeObject | undefined): Manifest {
  const before = original?.metadata;
  const former = broughtByTemplate(original);
  return {
    metadata: {
      ...before,
      name: draft.name,
      namespace: owner.metadata.namespace,
      labels: {
        ...without(before?.labels, former.labels),
        ...draft.metadata.labels,
        [LABELS.managedBy]: MANAGED_BY,
        [LABELS.applicationUid]: owner.metadata.uid,
      },
      annotations: {
        ...without(before?.annotations, [...former.annotations, ...PASSING]),
        ...draft.metadata.annotations,
        ...annotationsOf(draft),
      },
      ownerReferences: [
        ...(before?.ownerReferences ?? []).filter((other) => !isOurs(other)),
        ...(draft.owner === 'application' ? [ownerOf(owner)] : []),
      ],
    },
    data: encoded(draft.data),
    ...(original === undefined ? { type: 'Opaque' } : {}),
  };
}

/** Whether a live Secret has everything in it that a draft wants, whatever else it has. */
export function holdsDraft(live: KubeObject, draft: Pick<SecretDraft, 'data' | 'metadata'>): boolean {
  const { labels, annotations } = draft.metadata;
  return (
    areIn(encoded(draft.data), DATA.safeParse(live['data']).data) &&
    areIn(labels, live.metadata.labels) &&
    areIn(annotations, live.metadata.annotations)
  );
}

function without(texts: Readonly<Record<string, string>> | undefined, names: readonly string[]) {
  return Object.fromEntries(Object.entries(texts ?? {}).filter(([name]) => !names.includes(name)));
}

function areIn(wanted: Readonly<Record<string, string>>, texts: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(wanted).every(([name, text]) => Object.hasOwn(texts, name) && texts[name] === text);
}

function encoded(data: SecretDraft['data']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value.reveal(), 'utf8').toString('base64')]),
  );
}

/** Foreground deletion waits for the Secret, so that nobody reads a secret of a client that is gone. */
function ownerOf({ apiVersion, kind, metadata }: OAuthApplication): OwnerReference {
  const { name, uid } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Whether an owner is an application, in whatever version of our API. */
export function isOurs({ kind, apiVersion }: OwnerReference): boolean {
  return kind === KINDS.application.kind && apiVersion.startsWith(`${GROUP}/`);
}
