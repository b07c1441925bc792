import type { Clock } from '../../runtime/clock.ts';
import { ProviderError } from '../errors.ts';
import { type Answer, jsonCall, type Wire } from '../http.ts';
import { JsonObject, MOST_ELEMENTS, tooMany } from '../json.ts';
import type { IdentityProvider, Manners, Registration } from '../provider.ts';
import { jsonIn, type LogtoCall, logtoCall, pathOf } from './api.ts';
import { columnsOf, withCustomData } from './application.ts';
import { changedFields, newApplication } from './columns.ts';
import { logtoConflicts } from './conflicts.ts';
import { setConsentScopes } from './consent-scopes.ts';
import { type Json, markData } from './custom-data.ts';
import { logtoDifferences } from './differences.ts';
import { endpointOf } from './endpoint.ts';
import { unreadable } from './errors.ts';
import { FIXED, HONOURED, UNLISTED } from './honours.ts';
import { inspect, registrationIn, show, showWithSecrets } from './inspection.ts';
import { logtoRefusals } from './refusals.ts';
import { logtoRemarks } from './remarks.ts';
import { setRoles } from './roles.ts';
import { DEFAULT_SECRET, issueSecret, LEGACY_SECRET, readSecret, retireSecret } from './secrets.ts';
import { accessTokens, type MachineCredentials } from './token.ts';
import { clientTypeOf } from './types.ts';
import { verifyCredentials } from './verify.ts';

/** One tenant of Logto and the credentials for it. */
export interface LogtoOptions {
  /** Address of the tenant, with a path or without. */
  readonly endpoint: string;
  /** Resource indicator of the Management API; `undefined`: the one that such a tenant has by default. */
  readonly managementApiResource: string | undefined;
  readonly credentials: MachineCredentials;
  readonly wire: Wire;
  readonly clock: Clock;
}

export const MANNERS: Manners = {
  ownerMark: 'stored',
  secrets: 'readable',
  rotation: 'overlapping',
  listing: 'complete',
  creates: 'parallel',
};

/**
 * Logto Cloud bears 200 requests in 10 s on average, from a token bucket, and others call with the same tenant. Most calls
 * are one request or two, some are three, and a few that change many scopes or roles are more: what is answered 429 all the
 * same, the budget bears. A Logto of one's own has no limit.
 */
const CLOUD_CALLS_PER_MINUTE = 300;

/** A tenant's list comes in one piece, with the data of everybody in it. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * Logto's Management API as an {@link IdentityProvider}: version 1.19 and later, in the cloud and on one's own servers.
 *
 * @see https://openapi.logto.io/group/endpoint-applications
 * @throws TypeError when `endpoint` is not a URL
 */
export function logtoProvider(options: LogtoOptions): IdentityProvider {
  const endpoint = endpointOf(options.endpoint, options.managementApiResource);
  const json = jsonCall(options.wire, options.clock, MAX_ANSWER_BYTES);
  const call = logtoCall(json, endpoint, accessTokens(json, endpoint, options.credentials, options.clock));
  const isCloud = endpoint.hosting === 'cloud';

  return {
    identity: `logto|${endpoint.base}|${endpoint.resource}`,
    issuer: `${endpoint.base}/oidc`,
    self: options.credentials.clientId,
    manners: MANNERS,
    firstSecretNames: new Set([DEFAULT_SECRET, LEGACY_SECRET]),
    limits: {
      createsPerHour: undefined,
      createsPerDay: undefined,
      createsPerWeek: undefined,
      requestsPerMinute: isCloud ? CLOUD_CALLS_PER_MINUTE : undefined,
    },
    honours: new Set(HONOURED),
    unlisted: UNLISTED,
    clears: new Set(HONOURED).difference(FIXED),
    remarks: logtoRemarks,
    refusals: logtoRefusals,
    differences: logtoDifferences,
    conflicts: logtoConflicts,

    async inventory(signal) {
      const answer = await call({ method: 'GET', path: '/applications', about: 'listing' }, signal);
      const registrations = elementsIn(answer).map((element) => registrationIn(answer, element));
      refuseCutOff(answer, registrations.length);
      refuseRepeated(registrations);
      return { registrations };
    },

    get: async (id, signal) => (await show(call, id, signal)).registration,
    inspect: (id, signal) => inspect(call, id, signal),
    getWithSecrets: (id, signal) => showWithSecrets(call, id, signal),

    async register(birth, wanted, signal) {
      const body = newApplication(birth, wanted);
      const answer = await call({ method: 'POST', path: '/applications', body, about: 'creation' }, signal);
      const registration = registrationIn(answer, jsonIn(answer));
      return { registration, secret: await firstSecret(call, registration, signal) };
    },

    async update(found, wanted, fields, signal) {
      const { id } = touchable(found);
      const body = changedFields(found, wanted, fields);
      const updated = Object.keys(body).length === 0 ? found : await patch(call, id, body, signal);
      if (fields.includes('logto.roles')) await setRoles(call, id, wanted.options['logto.roles'] ?? [], signal);
      if (fields.includes('logto.thirdParty.consentScopes')) {
        await setConsentScopes(call, id, wanted.options['logto.thirdParty.consentScopes'] ?? {}, signal);
      }
      return fields.some((field) => UNLISTED.has(field)) ? (await inspect(call, id, signal)).registration : updated;
    },

    async mark(found, mark, signal) {
      const path = pathOf(touchable(found).id, '/custom-data');
      const answer = await call({ method: 'PATCH', path, body: markData(mark), about: 'application' }, signal);
      const customData = JsonObject.safeParse(jsonIn(answer)).data;
      if (customData === undefined) throw unreadable(answer);
      return withCustomData(found, customData);
    },

    issueSecret: (id, secretName, signal) => issueSecret(call, id, secretName, signal),
    retireSecret: (id, secretName, signal) => retireSecret(call, id, secretName, signal),
    verify: (credentials, signal) => verifyCredentials(json, endpoint.base, credentials, signal),

    async remove(id, signal) {
      await call({ method: 'DELETE', path: pathOf(id), about: 'application', answers: 'nothing' }, signal);
    },
  };
}

async function patch(call: LogtoCall, id: string, body: Json, signal: AbortSignal): Promise<Registration> {
  const answer = await call({ method: 'PATCH', path: pathOf(id), body, about: 'application' }, signal);
  const registration = registrationIn(answer, jsonIn(answer));
  if (registration.id !== id) throw unreadable(answer);
  return registration;
}

/** The create is done: whatever becomes of this second call, it must not count as lost. */
async function firstSecret(call: LogtoCall, { id, clientType }: Registration, signal: AbortSignal) {
  if (clientType !== 'confidential') return undefined;
  try {
    return await readSecret(call, id, DEFAULT_SECRET, signal);
  } catch (error) {
    if (error instanceof ProviderError) return undefined;
    throw error;
  }
}

/** SAML applications and types of later versions are looked at alone. @throws ProviderError */
function touchable(found: Registration): Registration {
  if (clientTypeOf(columnsOf(found).type) !== undefined) return found;
  const message = 'This is a SAML application or of another type that the operator does not serve.';
  throw new ProviderError('rejected', message, { effect: 'refused', field: 'spec.type' });
}

function elementsIn(answer: Answer): readonly unknown[] {
  const elements = jsonIn(answer);
  if (!Array.isArray(elements)) throw unreadable(answer);
  if (elements.length > MOST_ELEMENTS) throw tooMany('Logto', 'applications');
  return elements;
}

/** A whole list has no total; one that has more than it shows would make the rest look gone (protocol R3). */
function refuseCutOff(answer: Answer, length: number): void {
  const total = answer.headers['total-number'];
  if (total === undefined || Number(total) === length) return;
  throw new ProviderError('malformed', 'Logto shows a part of its applications alone.', { effect: 'unknown' });
}

/** Of two with one id nobody could tell which is meant. */
function refuseRepeated(registrations: readonly Registration[]): void {
  if (new Set(registrations.map(({ id }) => id)).size === registrations.length) return;
  throw new ProviderError('malformed', 'Logto lists one application more than once.', { effect: 'unknown' });
}
