import type { Redacted } from '../../credentials.ts';
import type { Clock } from '../../runtime/clock.ts';
import { isNotFound, ProviderError } from '../errors.ts';
import { foundValue } from '../fields.ts';
import { type Answer, jsonCall, type Wire } from '../http.ts';
import type {
  ClientMetadata,
  IdentityProvider,
  Inspection,
  Manners,
  MetadataField,
  Registration,
} from '../provider.ts';
import { baseOf, type LogiCall, logiCall } from './api.ts';
import { complaintsOf } from './complaints.ts';
import { logiDifferences } from './differences.ts';
import { unreadable } from './errors.ts';
import { CLEARED, HONOURED } from './honours.ts';
import { listApplications } from './listing.ts';
import { setRedirectUris } from './redirect-uris.ts';
import { logiRefusals } from './refusals.ts';
import { verifyCredentials } from './verify.ts';
import { changedFields, namesAnother, newApplication, registrationOf, secretOf, type WrapperKey } from './wire.ts';

/** One logi and the key to it. */
export interface LogiOptions {
  /** Address of the API, with or without `/api/v1`. */
  readonly apiUrl: string;
  readonly apiKey: Redacted;
  /** `X-Logi-Client-Type`, by which logi records who created an application; `undefined` sends none. */
  readonly clientType: string | undefined;
  readonly wrapperKey: WrapperKey;
  readonly wire: Wire;
  readonly clock: Clock;
}

export const MANNERS: Manners = {
  ownerMark: 'none',
  secrets: 'shown-once',
  rotation: 'immediate',
  listing: 'complete',
  creates: 'one-at-a-time',
};

/** As documented, but for a third of the calls, which count by source address and are left to whoever shares it. */
const LIMITS = {
  createsPerHour: 10,
  createsPerDay: 30,
  createsPerWeek: undefined,
  requestsPerMinute: 40,
} as const satisfies IdentityProvider['limits'];

/**
 * logi's management API as an {@link IdentityProvider}.
 *
 * The applications are those of the organization of the key's owner. What the documentation leaves open is tolerated in
 * every form that it may have.
 *
 * @see https://docs.1pass.dev/en/guide/registering-apps
 * @throws TypeError when `apiUrl` is not a URL
 */
export function logiProvider(options: LogiOptions): IdentityProvider {
  const base = baseOf(options.apiUrl);
  const json = jsonCall(options.wire, options.clock);
  const call = logiCall(json, base, options.apiKey, options.clientType);
  const { wrapperKey } = options;
  const show = (id: string, signal: AbortSignal): Promise<Registration> => showApplication(call, id, signal);
  const withoutSecrets = async (id: string, signal: AbortSignal): Promise<Inspection> => ({
    registration: await show(id, signal),
    secrets: [],
  });
  return {
    identity: `logi|${base}`,
    issuer: base,
    self: undefined,
    manners: MANNERS,
    firstSecretNames: new Set(),
    limits: LIMITS,
    honours: new Set(HONOURED),
    unlisted: new Set(),
    clears: CLEARED,
    remarks: logiRemarks,
    refusals: logiRefusals,
    differences: logiDifferences,
    conflicts: () => [],
    get: show,
    inspect: withoutSecrets,
    getWithSecrets: withoutSecrets,

    async inventory(signal) {
      return { registrations: await listApplications(call, signal) };
    },

    async register({ name }, wanted, signal) {
      const answer = await call('create', { body: { [wrapperKey]: newApplication(name, wanted) } }, signal);
      const registration = registrationIn(answer);
      // The documented answer to a create has no name in it.
      return {
        registration: { ...registration, name: registration.name ?? name },
        secret: secretIn(answer),
      };
    },

    async update({ id }, wanted, fields, signal) {
      const changes = changedFields(wanted, fields);
      const isEmpty = Object.keys(changes).length === 0;
      const patched = isEmpty ? undefined : await patch(call, wrapperKey, { id, changes }, signal);
      if (fields.includes('redirectUris')) {
        return setRedirectUris({ call, wrapperKey, show }, id, wanted.redirectUris, signal);
      }
      return shownIn(patched, id, fields) ?? show(id, signal);
    },

    async issueSecret(id, _, signal) {
      const answer = await call('rotate', { id }, signal).catch((error: unknown) => missing(error, call, id, signal));
      if (!answersRotation(answer, id)) throw unreadable(answer);
      return secretIn(answer);
    },

    mark: () => unasked('logi stores no owner mark'),
    retireSecret: () => unasked('logi retires the former secret by itself'),

    verify: (credentials, signal) => verifyCredentials(json, `${base}/oauth/token`, credentials, signal),

    async remove(id, signal) {
      const answer = await call('delete', { id }, signal);
      // What logi says of a deletion is not documented, and somebody else may have said it.
      if (answer.status !== 204 && (await isThere(call, id, signal))) throw unreadable(answer);
    },
  };
}

/** What the manners forbid to ask for. */
function unasked(why: string): Promise<never> {
  return Promise.reject(new ProviderError('rejected', `${why}.`, { effect: 'refused' }));
}

/** @see https://docs.1pass.dev/en/guide/webhooks */
function logiRemarks({ options }: ClientMetadata): readonly string[] {
  if (options['logi.webhookUrl'] === undefined) return [];
  return [
    'the signing secret of spec.logi.webhookUrl is not delivered, as logi documents no way to read it: take it from the console of logi',
  ];
}

/** An answer about another application than the one asked for is nobody's. */
async function showApplication(call: LogiCall, id: string, signal: AbortSignal): Promise<Registration> {
  const answer = await call('show', { id }, signal);
  const registration = registrationIn(answer);
  if (registration.id !== id) throw unreadable(answer);
  return registration;
}

/**
 * The route is not documented. Where it is missing, an application that is there must not pass for one that is gone, and
 * nothing was done, whoever said so.
 *
 * @throws ProviderError `unsupported`, or `error`
 */
async function missing(error: unknown, call: LogiCall, id: string, signal: AbortSignal): Promise<never> {
  // Where nobody can say, the first word stands: what comes of the call is not for another to tell.
  if (!isNotFound(error) || !(await isThere(call, id, signal).catch(() => false))) throw error;
  const message =
    'logi has no route that rotates the secret of this application: take oauthapp.dev/rotate-requested-at off, if it is set, rotate in the console of logi, and put the value into the Secret.';
  throw new ProviderError('unsupported', message, { ...error.details, effect: 'refused' });
}

async function isThere(call: LogiCall, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await showApplication(call, id, signal);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** What clears a link is not documented: `null` is tried, and where it is refused the empty text. */
async function patch(
  call: LogiCall,
  wrapperKey: WrapperKey,
  { id, changes }: { readonly id: string; readonly changes: Readonly<Record<string, unknown>> },
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await call('update', { id, body: { [wrapperKey]: changes } }, signal);
  } catch (error) {
    const clears = Object.values(changes).includes(null);
    if (!clears || !(error instanceof ProviderError) || error.code !== 'rejected') throw error;
    const emptied = Object.fromEntries(Object.entries(changes).map(([field, value]) => [field, value ?? '']));
    return call('update', { id, body: { [wrapperKey]: emptied } }, signal);
  }
}

function registrationIn(answer: Answer): Registration {
  const registration = answer.content.type === 'json' ? registrationOf(answer.content.value) : undefined;
  if (registration === undefined) throw unreadable(answer);
  return registration;
}

/**
 * Whether it is the answer to a rotation, with a secret or without: whatever else it says, the route is not documented, and to
 * ask again would end what a person has put into the Secret. An empty body other than that of a 204 may be cut off.
 */
function answersRotation({ status, content }: Answer, id: string): boolean {
  if (content.type !== 'json') return status === 204;
  return complaintsOf(content.value) === undefined && !namesAnother(content.value, id);
}

function secretIn({ content }: Answer): Redacted | undefined {
  return content.type === 'json' ? secretOf(content.value) : undefined;
}

/** The registration in the answer to an update, if it shows every field that was changed. */
function shownIn(answer: Answer | undefined, id: string, fields: readonly MetadataField[]): Registration | undefined {
  const registration = answer?.content.type === 'json' ? registrationOf(answer.content.value) : undefined;
  if (registration === undefined || registration.id !== id) return undefined;
  return fields.every((field) => foundValue(field, registration) !== undefined) ? registration : undefined;
}
