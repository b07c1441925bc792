import { same } from '../../runtime/same.ts';
import { foundValue, wantedValue } from '../fields.ts';
import type { ClientMetadata, MetadataField, Registration } from '../provider.ts';
import { sameConsentScopes } from './consent-scopes.ts';
import { HONOURED } from './honours.ts';
import { sameDuration } from './lifetimes.ts';

type Options = ClientMetadata['options'];
type Found = Registration['options'];
type Comparison = (wanted: Options, found: Found) => boolean;

const FIELDS: readonly MetadataField[] = ['displayName', 'redirectUris', ...HONOURED];

/** Fields in which two values say the same although they are not spelled the same. Lists of texts are sets throughout. */
const COMPARISONS: Partial<Record<MetadataField, Comparison>> = {
  description: (wanted, found) => wanted.description === (found.description ?? ''),
  'backchannelLogout.sessionRequired': flag('backchannelLogout.sessionRequired'),
  'tokens.idTokenTtl': duration('tokens.idTokenTtl'),
  'tokens.refreshTokenTtl': duration('tokens.refreshTokenTtl'),
  'tokens.alwaysIssueRefreshToken': flag('tokens.alwaysIssueRefreshToken'),
  'logto.managementApiAccess': flag('logto.managementApiAccess'),
  'logto.deviceFlow': flag('logto.deviceFlow'),
  'logto.tokenExchange': flag('logto.tokenExchange'),
  'logto.customData': (wanted, found) => same(asJson(wanted['logto.customData']), found['logto.customData'] ?? {}),
  'logto.thirdParty.consentScopes': (wanted, found) =>
    sameConsentScopes(
      wanted['logto.thirdParty.consentScopes'] ?? null,
      found['logto.thirdParty.consentScopes'] ?? null,
    ),
  'logto.protectedApp': (wanted, found) => sameProtectedApp(wanted['logto.protectedApp'], found['logto.protectedApp']),
};

/**
 * The fields of `found` that do not say what `wanted` says. Pure.
 *
 * What can't be changed is among them: a server that dropped it when the application was made is found out so.
 */
export function logtoDifferences(wanted: ClientMetadata, found: Registration): readonly MetadataField[] {
  return FIELDS.filter((field) => {
    const want = wantedValue(field, wanted);
    const have = foundValue(field, found);
    if (want === undefined || have === undefined) return false;
    if (field === 'displayName') return want !== have;
    // Those of a protected application are the provider's own.
    if (field === 'redirectUris') return wanted.options['logto.protectedApp'] === undefined && !sameTexts(want, have);
    const comparison = COMPARISONS[field];
    return comparison === undefined ? !sameTexts(want, have) : !comparison(wanted.options, found.options);
  });
}

/** One that is left out is off. */
function flag(
  field:
    | 'backchannelLogout.sessionRequired'
    | 'tokens.alwaysIssueRefreshToken'
    | 'logto.managementApiAccess'
    | 'logto.deviceFlow'
    | 'logto.tokenExchange',
): Comparison {
  return (wanted, found) => wanted[field] === (found[field] ?? false);
}

function duration(field: 'tokens.idTokenTtl' | 'tokens.refreshTokenTtl'): Comparison {
  return (wanted, found) => sameDuration(wanted[field] ?? '', found[field] ?? '');
}

/** Without rules every page needs a login; a session that nothing is said of stays as the provider has it. */
function sameProtectedApp(wanted: Options['logto.protectedApp'], found: Found['logto.protectedApp']): boolean {
  if (wanted === undefined || found === undefined || found === null) return false;
  const { subDomain, origin, sessionDuration, pageRules = [] } = wanted;
  return (
    subDomain === found.subDomain &&
    origin === found.origin &&
    (sessionDuration === undefined || sameDuration(sessionDuration, found.sessionDuration ?? '')) &&
    same(pageRules, found.pageRules ?? [])
  );
}

/** What becomes of a value on its way through JSON, where -0 is 0. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? {}));
}

function sameTexts(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left)) return Object.is(left, right);
  const other = right ?? [];
  return Array.isArray(other) && new Set(left).symmetricDifference(new Set(other)).size === 0;
}
