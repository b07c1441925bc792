import { z } from 'zod';
import { Redacted } from '../../credentials.ts';
import { isNotFound, ProviderError } from '../errors.ts';
import { listOf } from '../json.ts';
import type { IssuedSecret, Retirement } from '../provider.ts';
import { jsonIn, type LogtoCall, pathOf } from './api.ts';
import { legacySecretIn, registrationOf } from './application.ts';
import { unreadable } from './errors.ts';

/** The secret that Logto makes along with an application. */
export const DEFAULT_SECRET = 'Default secret';

/** A name of ours for the secret that an application from before 1.19 has in its body, and that has none at Logto. */
export const LEGACY_SECRET = '(legacy secret)';

const Time = z.number().nullish().catch(undefined);

const Secret = z.object({ name: z.string(), value: z.string().min(1), createdAt: Time, expiresAt: Time }).transform(
  ({ name, value, createdAt, expiresAt }): IssuedSecret => ({
    name,
    value: new Redacted(value),
    createdAtMs: createdAt ?? undefined,
    expiresAtMs: expiresAt ?? undefined,
  }),
);

const Value = z.object({ value: z.string().min(1) });

/**
 * Every secret of an application, with the legacy one in its body, of which there is at most one.
 *
 * @param body of the answer to a GET of the application
 * @see https://openapi.logto.io/operation/operation-listapplicationsecrets
 */
export async function listSecrets(
  call: LogtoCall,
  id: string,
  body: unknown,
  signal: AbortSignal,
): Promise<readonly IssuedSecret[]> {
  const listed = await listNamedSecrets(call, id, signal);
  const legacy = legacySecretIn(body);
  if (legacy === undefined) return listed;
  return [...listed, { name: LEGACY_SECRET, value: legacy, createdAtMs: undefined, expiresAtMs: undefined }];
}

/** The value of one secret; `undefined`: there is none of this name. */
export async function readSecret(
  call: LogtoCall,
  id: string,
  name: string,
  signal: AbortSignal,
): Promise<Redacted | undefined> {
  return (await listNamedSecrets(call, id, signal)).find((secret) => secret.name === name)?.value;
}

/**
 * Issues a secret of this name, or gives the one of this name that is there: names are unique within an application, so
 * that it was issued by an earlier try of the same operation (protocol T2).
 *
 * @see https://openapi.logto.io/operation/operation-createapplicationsecret
 */
export async function issueSecret(
  call: LogtoCall,
  id: string,
  name: string,
  signal: AbortSignal,
): Promise<Redacted | undefined> {
  const path = pathOf(id, '/secrets');
  try {
    const answer = await call({ method: 'POST', path, body: { name }, about: 'application' }, signal);
    const value = Value.safeParse(jsonIn(answer)).data?.value;
    return value === undefined ? undefined : new Redacted(value);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.code === 'conflict') return readSecret(call, id, name, signal);
    // The database refuses a secret of an application that is not there as it does one of a public client.
    if (error.code === 'rejected') await call({ method: 'GET', path: pathOf(id), about: 'application' }, signal);
    throw error;
  }
}

/** Deletes a secret. One that is gone is missing whether its application is there or not. */
export async function retireSecret(
  call: LogtoCall,
  id: string,
  name: string,
  signal: AbortSignal,
): Promise<Retirement> {
  const route =
    name === LEGACY_SECRET
      ? ({ path: pathOf(id, '/legacy-secret') } as const)
      : ({ path: pathOf(id, `/secrets/${encodeURIComponent(name)}`), answers: 'nothing' } as const);
  try {
    const answer = await call({ method: 'DELETE', about: 'application', ...route }, signal);
    // The application without it; up to 1.41 nothing, as the documentation has it.
    if (answer.status !== 204 && !showsNone(jsonIn(answer), id)) throw unreadable(answer);
    return 'deleted';
  } catch (error) {
    if (isNotFound(error)) return 'missing';
    throw error;
  }
}

function showsNone(body: unknown, id: string): boolean {
  return registrationOf(body)?.id === id && legacySecretIn(body) === undefined;
}

async function listNamedSecrets(call: LogtoCall, id: string, signal: AbortSignal): Promise<readonly IssuedSecret[]> {
  const answer = await call({ method: 'GET', path: pathOf(id, '/secrets'), about: 'application' }, signal);
  const secrets = listOf(Secret).safeParse(jsonIn(answer)).data;
  if (secrets === undefined) throw unreadable(answer);
  return secrets;
}
