import type { Kind } from './kinds.ts';
import type { Form, Stored } from './objects.ts';
import type { Route } from './paths.ts';
import { badRequest, expired, tooLargeResourceVersion } from './refusal.ts';
import { selection } from './selectors.ts';
import type { Store } from './store.ts';

/** Where the next page begins, and as of when: what a continue token says. */
interface Position {
  readonly revision: number;
  /** Objects up to this key were on an earlier page. */
  readonly after: string;
}

/** One page of a collection, as JSON. @throws Refusal 400, 410 or 504 */
export function listPage(store: Store, { kind, namespace, query }: Route, form: Form): string {
  const selects = selection(kind, namespace, query);
  const limit = Number(query.get('limit') ?? 0);
  const token = query.get('continue');
  const position = token ? positionIn(store, token) : undefined;
  const revision = position?.revision ?? revisionOf(store, query);
  const all = revision === store.revision() ? store.list(kind) : store.listAt(kind, revision);
  const selected = selects === undefined ? all : all.filter(({ object }) => selects(object));
  const rest = position === undefined ? selected : selected.filter(({ key }) => key > position.after);
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const last = page.at(-1);
  const more =
    last === undefined || page.length === rest.length
      ? {}
      : {
          continue: tokenOf({ revision, after: last.key }),
          remainingItemCount:
            query.has('labelSelector') || query.has('fieldSelector') ? undefined : rest.length - page.length,
        };
  const metadata = JSON.stringify({ resourceVersion: String(revision), ...more });
  const items = page.map((stored) => itemOf(kind, stored, form)).join(',');
  // An empty list of metadata comes without a list.
  const list = form === 'metadata' && page.length === 0 ? 'null' : `[${items}]`;
  return `{${listType(kind, form)},"metadata":${metadata},"items":${list}}`;
}

function listType({ apiVersion, resource }: Kind, form: Form): string {
  if (form === 'metadata') return '"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"';
  return `"kind":"${resource.kind}List","apiVersion":"${apiVersion}"`;
}

/** Items of a built-in kind come without their type. */
function itemOf({ apiVersion, resource, schema }: Kind, stored: Stored, form: Form): string {
  const json = stored.json(form);
  if (form === 'metadata' || schema !== undefined) return json;
  return `{${json.slice(`{"apiVersion":"${apiVersion}","kind":"${resource.kind}",`.length)}`;
}

/** Nothing asked for is the newest; so is, for us, whatever may be newer than what was asked for. */
function revisionOf(store: Store, query: URLSearchParams): number {
  const asked = Number(query.get('resourceVersion') ?? 0);
  const current = store.revision();
  if (asked > current) throw tooLargeResourceVersion(asked, current);
  if (query.get('resourceVersionMatch') !== 'Exact') return current;
  return asked < store.compacted() ? gone() : asked;
}

function positionIn(store: Store, token: string): Position {
  const [revision, after] = Buffer.from(token, 'base64url').toString('utf8').split(' ');
  if (after === undefined || !/^\d+$/.test(revision ?? '')) throw badRequest('continue key is not valid');
  const position = { revision: Number(revision), after };
  return position.revision < store.compacted() || position.revision > store.revision() ? gone() : position;
}

function tokenOf({ revision, after }: Position): string {
  return Buffer.from(`${revision} ${after}`).toString('base64url');
}

function gone(): never {
  throw expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
  );
}
