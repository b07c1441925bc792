import { refusal } from '../fields.ts';
import type { ClientMetadata, Refusal } from '../provider.ts';
import { scopeProblem } from './scopes.ts';
import { appLinkUrlProblem, redirectUriProblem, webhookUrlProblem } from './uris.ts';

/** logi's own limits are not documented; these are ours. */
const MAX_NAME_CHARACTERS = 128;
const MAX_REDIRECT_URIS = 100;

/** What logi cannot honour in `wanted`, found without a call. Pure. */
export function logiRefusals(wanted: ClientMetadata): readonly Refusal[] {
  return [
    ...typeRefusals(wanted),
    ...nameRefusals(wanted),
    ...redirectUriRefusals(wanted),
    ...(wanted.options.scopes ?? []).flatMap((scope, at) => refusal(`spec.scopes[${at}]`, scopeProblem(scope))),
    ...linkRefusals(wanted),
  ];
}

function typeRefusals({ type }: ClientMetadata): readonly Refusal[] {
  if (type !== 'MachineToMachine') return [];
  const message = 'spec.type MachineToMachine: logi has no client credentials grant.';
  return [{ reason: 'UnsupportedByProvider', path: 'spec.type', message }];
}

function nameRefusals({ name }: ClientMetadata): readonly Refusal[] {
  if (name.trim() === '') return refusal('spec.displayName', 'must not be blank');
  if (name.length > MAX_NAME_CHARACTERS) {
    return refusal('spec.displayName', `is longer than ${MAX_NAME_CHARACTERS} characters`);
  }
  return refusal('spec.displayName', /\p{Cc}/u.test(name) ? 'must not contain control characters' : undefined);
}

function redirectUriRefusals({ type, redirectUris }: ClientMetadata): readonly Refusal[] {
  if (type === 'MachineToMachine') return [];
  if (redirectUris.length === 0) return refusal('spec.redirectUris', 'must name at least one URI');
  if (redirectUris.length > MAX_REDIRECT_URIS) {
    return refusal('spec.redirectUris', `names more than ${MAX_REDIRECT_URIS} URIs`);
  }
  return redirectUris.flatMap((uri, at) => refusal(`spec.redirectUris[${at}]`, redirectUriProblem(uri, type)));
}

function linkRefusals({ options }: ClientMetadata): readonly Refusal[] {
  const { 'logi.webhookUrl': webhookUrl, 'logi.appLinkUrl': appLinkUrl } = options;
  return [
    ...(webhookUrl === undefined ? [] : refusal('spec.logi.webhookUrl', webhookUrlProblem(webhookUrl))),
    ...(appLinkUrl === undefined ? [] : refusal('spec.logi.appLinkUrl', appLinkUrlProblem(appLinkUrl))),
  ];
}
