import type { OAuthApplicationSpec } from '../application.ts';

/** Blocks of an application's spec that belong to one identity provider each. */
export const VENDOR_BLOCKS = ['logi', 'logto'] as const satisfies readonly (keyof OAuthApplicationSpec)[];

/** What a vendor's block asks for, in the words of the adapters' port. */
export function extensionOf({ logi }: OAuthApplicationSpec): {
  readonly webhookUrl: string | undefined;
  readonly appLinkUrl: string | undefined;
} {
  return { webhookUrl: logi?.webhookUrl, appLinkUrl: logi?.appLinkUrl };
}
