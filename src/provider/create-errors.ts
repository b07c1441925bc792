import { ProviderError, type ProviderErrorCode } from '../idp/errors.ts';

/** Time alone helps none of them. */
const STANDING: ReadonlySet<ProviderErrorCode> = new Set([
  'rejected',
  'unauthorized',
  'forbidden',
  'needs-person',
  'quota',
  'unsupported',
]);

/** The provider's own word, though a proxy may have had the create repeated (protocol O5). */
const OF_THE_PROVIDER: ReadonlySet<ProviderErrorCode> = new Set(['conflict', 'rejected']);

const OF_CREDENTIALS: ReadonlySet<ProviderErrorCode> = new Set(['unauthorized', 'forbidden', 'needs-person']);

/** Whether the provider said no, until a person acts. Pure. */
export function isStanding(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.details.effect === 'refused' && STANDING.has(error.code);
}

/** Whether it may have made the registration all the same. What came too soon is paced by the budget. Pure. */
export function isOfUnknownEffect(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.details.effect === 'unknown' && error.code !== 'throttled';
}

/** Whether it may have made it, and nothing that the provider itself has said tells why not. Pure. */
export function isUnanswered(error: Error): boolean {
  return isOfUnknownEffect(error) && !OF_THE_PROVIDER.has(error.code);
}

/** The provider's code, where it is its error. Pure. */
export function codeOf(error: Error): ProviderErrorCode | undefined {
  return error instanceof ProviderError ? error.code : undefined;
}

/** Whether the provider said a no that may be about the operator's credentials, and not about one application. Pure. */
export function isOfCredentials(error: Error): boolean {
  return error instanceof ProviderError && error.details.effect === 'refused' && OF_CREDENTIALS.has(error.code);
}

/** The same error, to be told for so long. Pure. */
export function telling(error: Error, retryAfterMs: number): Error {
  if (!(error instanceof ProviderError)) return error;
  return new ProviderError(error.code, error.message, { ...error.details, retryAfterMs });
}
