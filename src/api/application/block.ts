import type { OAuthApplicationSpec } from '../application.ts';

/** Blocks of an application's spec that belong to one identity provider each. */
export const VENDOR_BLOCKS = ['logi', 'logto'] as const satisfies readonly (keyof OAuthApplicationSpec)[];

/** Where a field of a registration stands in the spec, by the name that the adapters' port gives it. */
export const FIELD_PATHS = {
  displayName: 'displayName',
  redirectUris: 'redirectUris',
  scopes: 'scopes',
  webhookUrl: 'logi.webhookUrl',
  appLinkUrl: 'logi.appLinkUrl',
} as const;

/** What a vendor's block asks for, in the words of the adapters' port. */
export function extensionOf({ logi }: OAuthApplicationSpec): {
  readonly webhookUrl: string | undefined;
  readonly appLinkUrl: string | undefined;
} {
  return { webhookUrl: logi?.webhookUrl, appLinkUrl: logi?.appLinkUrl };
}
