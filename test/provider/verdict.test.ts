import { expect, test } from 'vitest';
import type { OAuthProvider } from '../../src/api/provider.ts';
import { ProviderError, type ProviderErrorCode, type ProviderErrorDetails } from '../../src/idp/errors.ts';
import { judgeError } from '../../src/provider/verdict.ts';

const LOGI = { logi: { apiKeySecretRef: { name: 'logi', key: 'apiKey' } } };
const LOGTO = { logto: { endpoint: 'https://id.example.com', credentialsSecretRef: { name: 'm2m' } } };
const SAID = 'The provider says no.';

type Address = Parameters<typeof judgeError>[2];

function judged(
  code: ProviderErrorCode,
  details: Partial<ProviderErrorDetails>,
  block: object,
  address: Address = 'untried',
) {
  // A verdict asks nothing else of a spec.
  const spec = block as OAuthProvider['spec'];
  return judgeError(new ProviderError(code, SAID, { effect: 'refused', ...details }), { spec }, address);
}

test.each<{
  code: ProviderErrorCode;
  details?: Partial<ProviderErrorDetails>;
  block?: object;
  reason: string;
  progress: 'stalled' | 'retrying';
  message?: string;
}>([
  {
    code: 'rejected',
    details: { field: 'spec.logto.managementApiResource' },
    reason: 'InvalidSpec',
    progress: 'stalled',
    message: `spec.logto.managementApiResource: ${SAID}`,
  },
  { code: 'rejected', reason: 'MalformedAnswer', progress: 'stalled' },
  { code: 'quota', reason: 'QuotaExceeded', progress: 'stalled' },
  { code: 'forbidden', details: { status: 403 }, reason: 'Forbidden', progress: 'stalled' },
  {
    code: 'unauthorized',
    reason: 'Unauthorized',
    progress: 'stalled',
    message: `spec.logto.credentialsSecretRef: ${SAID}`,
  },
  {
    code: 'unauthorized',
    block: LOGI,
    reason: 'Unauthorized',
    progress: 'stalled',
    message: `spec.logi.apiKeySecretRef: ${SAID}`,
  },
  {
    code: 'needs-person',
    details: { url: 'https://id.example.com/terms' },
    reason: 'NeedsPerson',
    progress: 'stalled',
    message: `${SAID} (https://id.example.com/terms)`,
  },
  { code: 'unavailable', reason: 'ProviderUnavailable', progress: 'retrying' },
  { code: 'misdirected', reason: 'InvalidSpec', progress: 'stalled' },
  { code: 'malformed', reason: 'MalformedAnswer', progress: 'retrying' },
  { code: 'unsupported', reason: 'MalformedAnswer', progress: 'stalled' },
])('$code comes to $reason', ({ code, details = {}, block = LOGTO, reason, progress, message = SAID }) => {
  const told = { type: 'told', ready: 'False', reason, progress, message, next: { type: 'back-off' } };
  expect(judged(code, details, block)).toEqual(told);
});

test('what wants a pause is looked at again when it is over', () => {
  expect(judged('throttled', { retryAfterMs: 7_000 }, LOGTO)).toMatchObject({
    reason: 'Throttled',
    next: { type: 'again', afterMs: 7_000 },
  });
});

test('an address at which the provider was listed before leads nowhere for a while, and nobody has to act', () => {
  expect(judged('misdirected', {}, LOGI, 'proved')).toMatchObject({
    reason: 'ProviderUnavailable',
    progress: 'retrying',
    message: SAID,
  });
});
