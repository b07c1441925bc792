import { expect, test } from 'vitest';
import { Redacted } from '../../../src/credentials.ts';
import { failureOf, verdictOf } from '../failure.ts';
import { always, scriptedServer } from '../scripted-server.ts';
import { NEVER, openLogi } from './logi.ts';

const CLIENT = { clientId: 'logi_1', clientSecret: new Redacted('logi_secret_right') };

interface Said {
  readonly status: number;
  readonly error: string;
}

/** Verifies the right secret at a server that says `right` to it and `wrong` to any other. */
async function verified(right: Said, wrong: Said) {
  await using server = await scriptedServer((arrival, response) => {
    const secret = new URLSearchParams(arrival.body).get('client_secret');
    const { status, error } = secret === CLIENT.clientSecret.reveal() ? right : wrong;
    always(status, { error }, { 'retry-after': '90' })(arrival, response);
  });
  await using logi = openLogi(server.url);
  return { verification: await logi.provider.verify(CLIENT, NEVER), arrivals: server.arrivals };
}

const INVALID_CLIENT: Said = { status: 401, error: 'invalid_client' };
/** RFC 6749 section 5.2: 401 is for a client that authenticates with a header. */
const BAD_REQUEST: Said = { status: 400, error: 'invalid_client' };
const INVALID_GRANT: Said = { status: 400, error: 'invalid_grant' };

test.each([
  { right: INVALID_GRANT, wrong: INVALID_CLIENT, verification: 'good', why: 'only the code is wrong' },
  {
    right: { status: 400, error: 'unauthorized_client' },
    wrong: INVALID_CLIENT,
    verification: 'good',
    why: 'it waits',
  },
  { right: INVALID_CLIENT, wrong: INVALID_CLIENT, verification: 'bad', why: 'the client is refused' },
  { right: INVALID_GRANT, wrong: INVALID_GRANT, verification: 'unknown', why: 'any secret gets the same answer' },
  { right: BAD_REQUEST, wrong: BAD_REQUEST, verification: 'bad', why: 'the client is refused, in the other form' },
  { right: INVALID_GRANT, wrong: BAD_REQUEST, verification: 'good', why: 'only the code is wrong' },
  {
    right: { status: 403, error: 'invalid_client' },
    wrong: INVALID_CLIENT,
    verification: 'unknown',
    why: 'no answer of RFC 6749',
  },
  {
    right: { status: 400, error: 'invalid_request' },
    wrong: INVALID_CLIENT,
    verification: 'unknown',
    why: 'the request is refused, and not the client',
  },
  {
    right: { status: 401, error: 'invalid_token' },
    wrong: INVALID_CLIENT,
    verification: 'unknown',
    why: 'another 401',
  },
])('$right.status $right.error is $verification: $why', async ({ right, wrong, verification }) => {
  expect((await verified(right, wrong)).verification).toBe(verification);
});

const THROTTLED: Said = { status: 429, error: 'rate_limited' };

test.each([
  { right: THROTTLED, wrong: INVALID_CLIENT, code: 'throttled', why: 'too many' },
  { right: INVALID_GRANT, wrong: THROTTLED, code: 'throttled', why: 'no comparison' },
  { right: { status: 500, error: 'invalid_client' }, wrong: INVALID_CLIENT, code: 'unavailable', why: 'a fault' },
  { right: { status: 307, error: 'invalid_client' }, wrong: INVALID_CLIENT, code: 'unavailable', why: 'a redirect' },
])(
  '$right.status, then $wrong.status, fails as $code, which is no word of the API: $why',
  async ({ right, wrong, code }) => {
    const details = { effect: 'unknown', retryAfterMs: 90_000 };
    expect(await failureOf(verified(right, wrong))).toMatchObject({ code, details });
  },
);

test.each([401, 403, 404])('a %i that is a page of somebody else says nothing of the credentials', async (status) => {
  await using server = await scriptedServer(always(status, '<html>', { 'content-type': 'text/html' }));
  await using logi = openLogi(server.url);
  expect(await verdictOf(logi.provider.verify(CLIENT, NEVER))).toBe('unavailable, unknown');
});

test('the token endpoint gets no API key, and the secret in the body alone', async () => {
  const { arrivals } = await verified(INVALID_GRANT, INVALID_CLIENT);
  expect(arrivals).toHaveLength(2);
  for (const { path, headers } of arrivals) {
    expect(path).toBe('/oauth/token');
    expect(headers).not.toHaveProperty('authorization');
  }
});
