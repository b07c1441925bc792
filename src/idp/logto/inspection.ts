import type { Answer } from '../http.ts';
import type { Inspection, Registration } from '../provider.ts';
import { jsonIn, type LogtoCall, pathOf } from './api.ts';
import { adminIn, columnsOf, registrationOf } from './application.ts';
import { readConsentScopes } from './consent-scopes.ts';
import { unreadable } from './errors.ts';
import { roleNames } from './roles.ts';
import { listSecrets } from './secrets.ts';

/** An application in the answer to a GET of it. */
export interface Shown {
  readonly registration: Registration;
  /** The answer as it came. */
  readonly body: unknown;
}

/** An answer about another application than the one asked for is nobody's. @throws ProviderError */
export async function show(call: LogtoCall, id: string, signal: AbortSignal): Promise<Shown> {
  const answer = await call({ method: 'GET', path: pathOf(id), about: 'application' }, signal);
  const body = jsonIn(answer);
  const registration = registrationIn(answer, body);
  if (registration.id !== id) throw unreadable(answer);
  return { registration, body };
}

/** The application with what a listing does not show of it: what its type can have, and no call for anything else. */
export async function inspect(call: LogtoCall, id: string, signal: AbortSignal): Promise<Inspection> {
  const { registration, body } = await show(call, id, signal);
  const secrets = await secretsOf(call, registration, body, signal);
  const roles = columnsOf(registration).type === 'MachineToMachine' ? await roleNames(call, id, signal) : undefined;
  const scopes =
    registration.options['logto.thirdParty'] === true ? await readConsentScopes(call, id, signal) : undefined;
  const options = {
    ...registration.options,
    ...(roles === undefined
      ? {}
      : { 'logto.managementApiAccess': adminIn(body), 'logto.roles': roles.length === 0 ? null : roles }),
    ...(scopes === undefined ? {} : { 'logto.thirdParty.consentScopes': scopes }),
  };
  return { registration: { ...registration, options }, secrets };
}

/** The application with its secrets, and no call for anything else. */
export async function showWithSecrets(call: LogtoCall, id: string, signal: AbortSignal): Promise<Inspection> {
  const { registration, body } = await show(call, id, signal);
  return { registration, secrets: await secretsOf(call, registration, body, signal) };
}

async function secretsOf(call: LogtoCall, { id, clientType }: Registration, body: unknown, signal: AbortSignal) {
  return clientType === 'confidential' ? listSecrets(call, id, body, signal) : [];
}

/** The application that `value` is, out of `answer`. @throws ProviderError `malformed` where it is none */
export function registrationIn(answer: Answer, value: unknown): Registration {
  const registration = registrationOf(value);
  if (registration === undefined) throw unreadable(answer);
  return registration;
}
