import { MARK_KEY } from '../../../src/idp/owner-mark.ts';
import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import type { Ledger } from '../ledger.ts';
import type { ProviderRequest } from '../sightings.ts';

/** What processes called registrations and wrote into their marks: whatever else looks alike is somebody's forgery. */
export interface Births {
  /** Told of each request before it is served. */
  note(request: ProviderRequest): void;
  /** Whether a process wrote this very mark. */
  isWritten(mark: Readonly<Record<string, unknown>>): boolean;
  /** The digits with which the tags of a cluster begin; `undefined` before it gave one. */
  prefixOf(cluster: number): string | undefined;
  /** `undefined` where nobody saw for which object it was given. */
  birthOf(tag: string): Birth | undefined;
}

/** Of a temporary name: whose it is, and how often its object had parted from one by then. */
export interface Birth {
  readonly uid: string;
  readonly counter: number;
  readonly installation: string | undefined;
}

/** How a temporary name ends: with digits of the cluster, then of the object (protocol R5). */
const TAG = / \[k8s ([0-9a-f]{4})[0-9a-f]{12}\]$/;
const TAG_IN_BODY = / \[k8s [0-9a-f]{16}\](?=")/;

/** @param installationIn what the installation of a cluster is called now */
export function createBirths(ledger: Ledger, installationIn: (cluster: number) => string | undefined): Births {
  const marks = new Set<string>();
  const births = new Map<string, Birth>();
  const prefixes = new Map<number, string | undefined>();

  function noteTag(tag: string, cluster: number): void {
    prefixes.set(cluster, tagIn(tag)?.prefix);
    const object = ledger.applications(cluster).find((each) => namesIn(each).some((name) => name.endsWith(tag)));
    if (object === undefined || births.has(tag)) return;
    const { uid } = object.metadata;
    births.set(tag, { uid, counter: counterOf(object), installation: installationIn(cluster) });
  }

  return {
    note({ cluster, operation, request: { body = '' } }) {
      const mark = body.includes(MARK_KEY) ? markIn(JSON.parse(body)) : undefined;
      if (isRecord(mark)) marks.add(textOf(mark));
      const tag = operation === 'create' ? TAG_IN_BODY.exec(body)?.[0] : undefined;
      if (tag !== undefined) noteTag(tag, cluster);
    },
    isWritten: (mark) => marks.has(textOf(mark)),
    prefixOf: (cluster) => prefixes.get(cluster),
    birthOf: (tag) => births.get(tag),
  };
}

/** The tag of a temporary name; `undefined`: it is none. */
export function tagIn(name: string): { readonly tag: string; readonly prefix: string } | undefined {
  const [tag, prefix] = TAG.exec(name) ?? [];
  return tag === undefined || prefix === undefined ? undefined : { tag, prefix };
}

/** The temporary names that the status of an object speaks of. */
export function namesIn({ status }: KubeObject): readonly string[] {
  if (!isRecord(status)) return [];
  const { temporaryName, operation } = status;
  const names = [temporaryName, isRecord(operation) ? operation['temporaryName'] : undefined];
  return names.filter((name) => typeof name === 'string');
}

/** How often an object has parted from a temporary name, by its status. */
export function counterOf({ status }: KubeObject): number {
  return isRecord(status) ? Number(status['anew'] ?? 0) : 0;
}

function markIn(body: unknown): unknown {
  if (!isRecord(body)) return undefined;
  const { customData } = body;
  return body[MARK_KEY] ?? (isRecord(customData) ? customData[MARK_KEY] : undefined);
}

/** Logto gives the keys of an object back in an order of its own. */
function textOf(mark: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(mark).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
