import { refusal } from '../fields.ts';
import type { ClientMetadata, MetadataField, Refusal } from '../provider.ts';
import { customDataProblem } from './custom-data.ts';
import { refreshTokenTtlProblem, secondsOf } from './lifetimes.ts';
import { redirectUriProblem, webUrlProblem } from './uris.ts';

const MAX_NAME_CHARACTERS = 256;

type Check = (wanted: ClientMetadata) => readonly Refusal[];

const CHECKS: readonly Check[] = [
  nameRefusals,
  descriptionRefusals,
  redirectUriRefusals,
  postLogoutRefusals,
  ({ options }) => checked('logoUri', options.logoUri, webUrlProblem),
  ({ options }) => checked('backchannelLogout.uri', options['backchannelLogout.uri'], webUrlProblem),
  ({ options }) => checked('tokens.idTokenTtl', options['tokens.idTokenTtl'], durationProblem),
  ({ options }) => checked('tokens.refreshTokenTtl', options['tokens.refreshTokenTtl'], refreshTokenTtlProblem),
  ({ options }) => checked('logto.customData', options['logto.customData'], customDataProblem),
  wordRefusals,
  typeRefusals,
];

/** What Logto cannot honour in `wanted`, found without a call; some of it Logto would take, to its own harm. Pure. */
export function logtoRefusals(wanted: ClientMetadata): readonly Refusal[] {
  return CHECKS.flatMap((check) => check(wanted));
}

function nameRefusals({ name }: ClientMetadata): readonly Refusal[] {
  if (name === '') return refusal('spec.displayName', 'must not be empty');
  const problem =
    name.length > MAX_NAME_CHARACTERS ? `is longer than ${MAX_NAME_CHARACTERS} characters` : nulProblem(name);
  return refusal('spec.displayName', problem);
}

function descriptionRefusals({ options }: ClientMetadata): readonly Refusal[] {
  return checked('description', options.description, nulProblem);
}

/** PostgreSQL stores no NUL, and Logto answers with a fault of its own. */
function nulProblem(text: string): string | undefined {
  return text.includes('\0') ? 'must not contain NUL characters' : undefined;
}

/** What Logto takes as it is and checks no further, though none of it is for people to read. */
function wordRefusals({ options }: ClientMetadata): readonly Refusal[] {
  const each = (field: string, words: readonly string[] = []): readonly Refusal[] =>
    words.flatMap((word, at) => checked(`${field}[${at}]`, word, nulProblem));
  const rules = options['logto.protectedApp']?.pageRules ?? [];
  return [
    ...each('corsAllowedOrigins', options.corsAllowedOrigins),
    ...checked('logto.tenantId', options['logto.tenantId'], nulProblem),
    ...each('logto.roles', options['logto.roles']),
    ...Object.entries(options['logto.thirdParty.consentScopes'] ?? {}).flatMap(([group, scopes]) =>
      each(`logto.thirdParty.consentScopes.${group}`, scopes),
    ),
    ...rules.flatMap(({ path }, at) => checked(`logto.protectedApp.pageRules[${at}].path`, path, nulProblem)),
  ];
}

function redirectUriRefusals({ type, redirectUris, options }: ClientMetadata): readonly Refusal[] {
  if (options['logto.protectedApp'] !== undefined) {
    const isNamed = redirectUris.length > 0;
    return refusal('spec.redirectUris', isNamed ? 'must be left out: a protected application has its own' : undefined);
  }
  if (type === 'MachineToMachine') {
    return refusal('spec.redirectUris', redirectUris.length > 0 ? 'must be left out for MachineToMachine' : undefined);
  }
  // Without one, each request of the client fails, also of one that logs in by the device flow.
  if (redirectUris.length === 0) {
    return refusal('spec.redirectUris', 'must name at least one URI');
  }
  return redirectUris.flatMap((uri, at) => refusal(`spec.redirectUris[${at}]`, redirectUriProblem(uri, type)));
}

function postLogoutRefusals({ type, options }: ClientMetadata): readonly Refusal[] {
  const uris = options.postLogoutRedirectUris ?? [];
  return uris.flatMap((uri, at) => refusal(`spec.postLogoutRedirectUris[${at}]`, redirectUriProblem(uri, type)));
}

/** What only some kinds of application can have. */
function typeRefusals({ type, options }: ClientMetadata): readonly Refusal[] {
  const isThirdParty = options['logto.thirdParty'] === true;
  const isProtected = options['logto.protectedApp'] !== undefined;
  const isMachine = type === 'MachineToMachine';
  const has = (field: MetadataField, isSaid: boolean, problem: string): readonly Refusal[] =>
    refusal(`spec.${field}`, isSaid ? problem : undefined);
  return [
    ...has('logto.roles', !isMachine && options['logto.roles'] !== undefined, 'is for MachineToMachine alone'),
    ...has(
      'logto.managementApiAccess',
      !isMachine && options['logto.managementApiAccess'] !== undefined,
      'is for MachineToMachine alone',
    ),
    ...has('logto.thirdParty', isThirdParty && (isMachine || isProtected), 'is for Web, SinglePage and Native alone'),
    ...has('logto.deviceFlow', options['logto.deviceFlow'] === true && type !== 'Native', 'is for Native alone'),
    ...has('logto.protectedApp', isProtected && type !== 'Web', 'is for Web alone'),
    ...has(
      'logto.tokenExchange',
      options['logto.tokenExchange'] === true && isThirdParty,
      'cannot be had by a third-party application',
    ),
    ...checked('logto.protectedApp.origin', options['logto.protectedApp']?.origin, webUrlProblem),
    ...checked('logto.protectedApp.sessionDuration', options['logto.protectedApp']?.sessionDuration, durationProblem),
  ];
}

function durationProblem(duration: string): string | undefined {
  return (secondsOf(duration) ?? 0) > 0 ? undefined : 'must be a duration such as 1h30m';
}

function checked<T>(
  path: string,
  value: T | undefined,
  problemOf: (value: T) => string | undefined,
): readonly Refusal[] {
  return value === undefined ? [] : refusal(`spec.${path}`, problemOf(value));
}
