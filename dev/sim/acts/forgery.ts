import { LABELS, SECRET_ANNOTATIONS } from '../../../src/api/names.ts';
import type { KubeObject } from '../../../src/kube/object.ts';

/** What a status says of a registration. */
export interface Claim {
  readonly applicationId: string;
  readonly clientId: string;
}

/** Nobody has it. */
export const NOTHING: Claim = { applicationId: '424242', clientId: '424242' };

/** The operation that a status has open, which every tenant can read there. */
export interface OpenOperation {
  readonly id: string;
  readonly serial: string;
}

type Notes = Readonly<Record<string, string>>;
type Patch = Readonly<Record<string, string | null>>;

/** Metadata for a patch of `secret`, so that it has the annotations and the labels of `source`, and no others. */
export function notesOf(source: KubeObject, secret: KubeObject) {
  const { annotations, labels } = source.metadata;
  return {
    annotations: exactly(annotations, secret.metadata.annotations),
    labels: exactly(labels, secret.metadata.labels),
  };
}

/** The notes on `secret`, or what they look like, for another registration: nobody but the operator can seal that. */
export function forgedNotes(secret: KubeObject, { applicationId, clientId }: Claim, open: OpenOperation | undefined) {
  const { annotations, labels } = secret.metadata;
  return {
    annotations: {
      ...annotations,
      [SECRET_ANNOTATIONS.applicationId]: applicationId,
      [SECRET_ANNOTATIONS.clientId]: clientId,
      ...(open === undefined
        ? {}
        : { [SECRET_ANNOTATIONS.operation]: open.id, [SECRET_ANNOTATIONS.serial]: open.serial }),
    },
    labels,
  };
}

/** Whether the notes on it name this registration: with its seal they would be no forgery. */
export function names({ metadata }: KubeObject, { applicationId }: Claim): boolean {
  return metadata.annotations?.[SECRET_ANNOTATIONS.applicationId] === applicationId;
}

/** Whether the operator has written it for another application of this namespace than the one with this uid. */
export function isOfNeighbour({ metadata }: KubeObject, namespace: string, uid: string | undefined): boolean {
  const writtenFor = metadata.labels?.[LABELS.applicationUid];
  return metadata.namespace === namespace && writtenFor !== undefined && writtenFor !== uid;
}

function exactly(wanted: Notes = {}, present: Notes = {}): Patch {
  return { ...Object.fromEntries(Object.keys(present).map((name) => [name, null])), ...wanted };
}
