import { ProviderError } from '../errors.ts';
import type { Registration } from '../provider.ts';
import type { LogiCall } from './api.ts';
import { sameUris } from './differences.ts';
import type { WrapperKey } from './wire.ts';
import { registrationOf } from './wire.ts';

/** What the two ways of changing redirect URIs share. */
export interface RedirectUriCalls {
  readonly call: LogiCall;
  readonly wrapperKey: WrapperKey;
  show(id: string, signal: AbortSignal): Promise<Registration>;
}

/**
 * Brings the redirect URIs of an application in step with `wanted` and returns what logi then holds.
 *
 * Whether PATCH takes the whole list is not documented, nor are the routes behind `logi apps add-redirect` and
 * `remove-redirect`. The list is tried first; where it is refused or has no effect, URIs go one by one, the new ones
 * first, so that the application is never without one. An old one is removed only when every wanted one is seen there:
 * a server that spells a URI its own way would otherwise lose it.
 *
 * @throws ProviderError `rejected` where both ways are refused
 */
export async function setRedirectUris(
  calls: RedirectUriCalls,
  id: string,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<Registration> {
  const replaced = await replaceList(calls, id, wanted, signal);
  const before = replaced.registration ?? (await calls.show(id, signal));
  if (before.redirectUris === undefined || sameUris(wanted, before.redirectUris)) return before;

  const present = new Set(before.redirectUris);
  for (const uri of new Set(wanted).difference(present)) await add(calls, id, uri, replaced.refusal, signal);
  const added = await calls.show(id, signal);
  const now = new Set(added.redirectUris ?? []);
  const surplus = now.difference(new Set(wanted));
  if (surplus.size === 0 || !wanted.every((uri) => now.has(uri))) return added;

  for (const uri of surplus) await remove(calls, id, uri, signal);
  return calls.show(id, signal);
}

interface Replacement {
  /** `undefined` where the answer does not show the URIs. */
  readonly registration: Registration | undefined;
  readonly refusal: ProviderError | undefined;
}

async function replaceList(
  { call, wrapperKey }: RedirectUriCalls,
  id: string,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<Replacement> {
  try {
    const body = { [wrapperKey]: { redirect_uris: [...new Set(wanted)] } };
    const { content } = await call('update', { id, body }, signal);
    const registration = content.type === 'json' ? registrationOf(content.value) : undefined;
    const shows = registration?.id === id && registration.redirectUris !== undefined;
    return { registration: shows ? registration : undefined, refusal: undefined };
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'rejected') return { registration: undefined, refusal: error };
    throw error;
  }
}

/** A missing route says nothing; why the whole list was refused does. */
async function add(
  { call }: RedirectUriCalls,
  id: string,
  uri: string,
  refusal: ProviderError | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    await call('add-redirect', { id, body: { uri } }, signal);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'not-found') throw error;
    const message = refusal?.message ?? 'logi does not let the redirect URIs of this application be changed.';
    const details = { effect: 'refused', status: refusal?.details.status, field: 'spec.redirectUris' } as const;
    throw new ProviderError('rejected', message, details);
  }
}

/** A URI that is not there need not be removed; whether the application is, the next look tells. */
async function remove({ call }: RedirectUriCalls, id: string, uri: string, signal: AbortSignal): Promise<void> {
  try {
    await call('remove-redirect', { id, query: { uri } }, signal);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'not-found') throw error;
  }
}
