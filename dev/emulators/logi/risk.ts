import type { ApiKey } from './keys.ts';
import type { EmulatedApplication, Metadata } from './registry.ts';
import type { Switches } from './switches.ts';

const WEEK_MS = 7 * 24 * 60 * 60_000;
const HIGH_VOLUME = 5;
const PLACEHOLDER = '(test|sample|foo|untitled|app123)';
const STANDARD_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'phone', 'offline_access'];

/** The risk flags of a registration. Any of them makes it wait for approval. */
export function riskFlags(
  wanted: Metadata,
  {
    key,
    now,
    switches,
    earlier,
  }: {
    readonly key: ApiKey;
    readonly now: number;
    readonly switches: Switches;
    /** Every application registered before, deleted ones included. */
    readonly earlier: readonly EmulatedApplication[];
  },
): readonly string[] {
  if (switches.riskFlags === 'never') return [];

  const standard = switches.profileBasic === 'unflagged' ? [...STANDARD_SCOPES, 'profile:basic'] : STANDARD_SCOPES;
  const placeholder = new RegExp(
    switches.suspiciousNames === 'whole' ? `^${PLACEHOLDER}$` : `\\b${PLACEHOLDER}\\b`,
    'i',
  );
  const recent = earlier.filter(
    ({ developer, organization, createdAt }) =>
      createdAt > now - WEEK_MS &&
      (switches.highVolumePer === 'developer' ? developer === key.developer : organization === key.organization),
  );

  const raised = {
    wildcard_redirect_uri: wanted.redirectUris.some((uri) => uri.includes('*')),
    sensitive_scope: wanted.allowedScopes.some((scope) => /(^|:)admin$/.test(scope)),
    unlisted_scope: wanted.allowedScopes.some((scope) => !standard.includes(scope)),
    high_volume_developer: recent.length + 1 >= HIGH_VOLUME,
    new_developer_account: key.accountSince > now - WEEK_MS,
    suspicious_app_name: placeholder.test(wanted.name.trim()),
  };
  return Object.entries(raised)
    .filter(([, isRaised]) => isRaised)
    .map(([flag]) => flag);
}
