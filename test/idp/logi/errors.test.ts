import { describe, expect, test } from 'vitest';
import { birthOf } from '../../support/registrations.ts';
import { failureOf } from '../failure.ts';
import { always, scriptedServer } from '../scripted-server.ts';
import { NEVER, openLogi, SHOP } from './logi.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const PAGE = '<!DOCTYPE html><title>Attention Required! | Cloudflare</title>';

/** What the adapter makes of one answer to a create and to a show. */
async function judged(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  await using server = await scriptedServer(always(status, body, headers));
  await using logi = openLogi(server.url);
  const onCreate = await failureOf(logi.provider.register(birthOf('Shop'), SHOP, NEVER));
  const onShow = await failureOf(logi.provider.get('42', NEVER));
  expect(server.arrivals, 'no adapter retries').toHaveLength(2);
  return { onCreate, onShow };
}

describe('who must act, and whether it may have happened', () => {
  test.each([
    { status: 401, body: { error: 'invalid_token' }, create: 'unauthorized, refused', show: 'unauthorized, refused' },
    { status: 401, body: { errors: ['no'] }, create: 'unauthorized, refused', show: 'unauthorized, refused' },
    { status: 401, body: '', create: 'unauthorized, unknown', show: 'unauthorized, unknown' },
    { status: 403, body: { error: 'forbidden' }, create: 'forbidden, refused', show: 'forbidden, refused' },
    { status: 403, body: '', create: 'forbidden, unknown', show: 'forbidden, unknown' },
    {
      status: 403,
      body: 'error code: 1020',
      headers: { 'content-type': 'text/plain; charset=UTF-8' },
      create: 'unavailable, unknown',
      show: 'unavailable, unknown',
    },
    { status: 403, body: PAGE, headers: HTML, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 404, body: { error: 'not_found' }, create: 'unavailable, refused', show: 'not-found, refused' },
    { status: 404, body: PAGE, headers: HTML, create: 'unavailable, unknown', show: 'not-found, unknown' },
    { status: 410, body: { error: 'gone' }, create: 'unavailable, refused', show: 'not-found, refused' },
    { status: 408, body: { error: 'timeout' }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 409, body: { error: 'conflict' }, create: 'conflict, unknown', show: 'conflict, refused' },
    { status: 418, body: { error: 'teapot' }, create: 'rejected, refused', show: 'rejected, refused' },
    { status: 418, body: { teapot: true }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 418, body: '["error"]', create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 422, body: { error: { code: 1 } }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 422, body: { message: 'no' }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 400, body: { redirect_uris: ['no'] }, create: 'rejected, refused', show: 'rejected, refused' },
    { status: 403, body: { redirect_uris: ['no'] }, create: 'forbidden, unknown', show: 'forbidden, unknown' },
    { status: 422, body: { redirect_uris: 'no' }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 422, body: { redirect_uris: [] }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 422, body: { redirect_uris: [7] }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 422, body: { base: ['no'] }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    {
      status: 422,
      body: { name: ['no'], detail: ['no'] },
      create: 'unavailable, unknown',
      show: 'unavailable, unknown',
    },
    { status: 422, body: {}, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 422, body: '{"error":"cut', create: 'unavailable, unknown', show: 'unavailable, unknown' },
    {
      status: 422,
      body: '{"error":"x"}',
      headers: { 'content-type': 'text/plain' },
      create: 'unavailable, unknown',
      show: 'unavailable, unknown',
    },
    { status: 429, body: { error: 'rate_limited' }, create: 'throttled, refused', show: 'throttled, refused' },
    { status: 429, body: PAGE, headers: HTML, create: 'throttled, unknown', show: 'throttled, unknown' },
    { status: 500, body: { error: 'oops' }, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 502, body: PAGE, headers: HTML, create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 599, body: '', create: 'unavailable, unknown', show: 'unavailable, unknown' },
    {
      status: 302,
      body: '',
      headers: { location: '/login' },
      create: 'unavailable, unknown',
      show: 'unavailable, unknown',
    },
    { status: 304, body: '', create: 'unavailable, unknown', show: 'unavailable, unknown' },
    { status: 200, body: PAGE, headers: HTML, create: 'malformed, unknown', show: 'malformed, unknown' },
    { status: 200, body: '', create: 'malformed, unknown', show: 'malformed, unknown' },
    { status: 201, body: '{"id":42,"cli', create: 'malformed, unknown', show: 'malformed, unknown' },
    { status: 201, body: '[]', create: 'malformed, unknown', show: 'malformed, unknown' },
    { status: 200, body: { error: 'oops' }, create: 'malformed, unknown', show: 'malformed, unknown' },
    { status: 200, body: { id: 42 }, create: 'malformed, unknown', show: 'malformed, unknown' },
    { status: 200, body: { id: '../7', client_id: 'c' }, create: 'malformed, unknown', show: 'malformed, unknown' },
    {
      status: 200,
      body: '{"id":9007199254740993,"client_id":"c"}',
      create: 'malformed, unknown',
      show: 'malformed, unknown',
    },
  ])('$status $body: a create is $create, a show is $show', async ({ status, body, headers, create, show }) => {
    const { onCreate, onShow } = await judged(status, body, headers);
    expect(`${onCreate.code}, ${onCreate.details.effect}`).toBe(create);
    expect(`${onShow.code}, ${onShow.details.effect}`).toBe(show);
  });

  test('an answer about another application than the one asked for is malformed', async () => {
    const { onShow } = await judgedShow({ id: 43, client_id: 'logi_1' });
    expect(onShow).toMatchObject({ code: 'malformed' });
  });
});

async function judgedShow(body: unknown) {
  await using server = await scriptedServer(always(200, body));
  await using logi = openLogi(server.url);
  return { onShow: await failureOf(logi.provider.get('42', NEVER)) };
}

describe('a list where no logi answers tells that its address is wrong', () => {
  const NONE = 'No logi answers at the address that spec.logi.apiUrl of the provider object names';

  test.each([
    { status: 404, body: PAGE, headers: HTML, message: `${NONE} (HTTP 404).` },
    { status: 404, body: { error: 'not_found' }, message: `${NONE}: not_found` },
    { status: 405, body: '', message: `${NONE} (HTTP 405).` },
    { status: 410, body: '', message: `${NONE} (HTTP 410).` },
  ])('by $status $body', async ({ status, body, headers, message }) => {
    await using server = await scriptedServer(always(status, body, headers));
    await using logi = openLogi(server.url);
    expect(await failureOf(logi.provider.inventory(NEVER))).toMatchObject({ code: 'misdirected', message });
  });

  const REDIRECTED = 'The address that spec.logi.apiUrl of the provider object names redirects';

  test.each([
    {
      status: 301,
      location: 'https://planted:planted@new.example.com:8443/planted?planted#planted',
      leads: ' to https://new.example.com:8443, where nothing is sent',
    },
    { status: 308, location: '/login?planted', leads: ', and no redirect is followed' },
    { status: 302, location: 'javascript:planted', leads: ', and no redirect is followed' },
    { status: 307, location: undefined, leads: ', and no redirect is followed' },
  ])('by a $status to $location, of which no more is told than its origin', async ({ status, location, leads }) => {
    await using server = await scriptedServer(always(status, '', location === undefined ? {} : { location }));
    await using logi = openLogi(server.url);
    expect(await failureOf(logi.provider.inventory(NEVER))).toMatchObject({
      code: 'misdirected',
      message: `${REDIRECTED}${leads}: correct it (HTTP ${status}).`,
      details: { effect: 'unknown' },
    });
  });
});

test('what logi did not say itself is told with its HTTP status', async () => {
  const { onShow } = await judged(502, PAGE, HTML);
  expect(onShow.message).toBe('logi cannot be used at the moment (HTTP 502).');
});

describe('the identity gate', () => {
  test('needs a person, and says where', async () => {
    const verify_url = 'https://start.1pass.dev/account';
    const { onCreate } = await judged(403, { error: 'identity_verification_required', verify_url });
    expect(onCreate).toMatchObject({ code: 'needs-person', details: { effect: 'refused', url: verify_url } });
  });

  test.each([
    'javascript:alert(1)',
    'http://evil.example',
    'https://x.example/?logi_secret_1',
    'https://a b.example/',
    42,
    undefined,
  ])('sends nobody to %s', async (verify_url) => {
    const { onCreate } = await judged(403, { error: 'identity_verification_required', verify_url });
    expect(onCreate).toMatchObject({ code: 'needs-person', details: { url: undefined } });
  });
});

describe('a 422 names the field in every form that its body may have', () => {
  test.each([
    { body: { error: 'invalid_redirect_uri' }, field: 'spec.redirectUris' },
    { body: { error: 'invalid', error_description: 'Redirect URI is invalid' }, field: 'spec.redirectUris' },
    { body: { error: 'invalid', field: 'webhook_url' }, field: 'spec.logi.webhookUrl' },
    { body: { errors: ['Redirect uris must be https'] }, field: 'spec.redirectUris' },
    { body: { errors: 'Allowed scopes is invalid' }, field: 'spec.scopes' },
    { body: { errors: { app_link_url: ['is invalid'] } }, field: 'spec.logi.appLinkUrl' },
    { body: { errors: { client_type: 'is not included in the list' } }, field: 'spec.type' },
    { body: { errors: { name: [{ error: 'x', message: "can't be blank" }] } }, field: 'spec.displayName' },
    { body: { errors: [{ field: 'allowed_scopes', message: 'is invalid' }] }, field: 'spec.scopes' },
    {
      body: { errors: [{ source: { pointer: '/data/attributes/webhook_url' }, detail: 'no' }] },
      field: 'spec.logi.webhookUrl',
    },
    { body: { redirect_uris: ['is invalid'] }, field: 'spec.redirectUris' },
    { body: { base: ['is invalid'], allowed_scopes: ['is invalid', 'is too long'] }, field: 'spec.scopes' },
    { body: { errors: [{}, 7, null] }, field: undefined },
    { body: { error: 'validation_failed' }, field: undefined },
  ])('$body', async ({ body, field }) => {
    const { onCreate } = await judged(422, body);
    expect(onCreate).toMatchObject({ code: 'rejected', details: { effect: 'refused', field } });
  });

  test.each([
    { body: { errors: { name: ['has already been taken'] } }, verdict: 'conflict', why: 'said in so many words' },
    { body: { name: ['has already been taken'] }, verdict: 'conflict', why: 'said by the name of the field' },
    { body: { error: 'name_taken' }, verdict: 'conflict', why: 'said by the code' },
    { body: { error: 'duplicate_name' }, verdict: 'conflict', why: 'said by the code' },
    { body: { errors: { name: ['is not to our liking'] } }, verdict: 'conflict', why: 'nothing else explains it' },
    { body: { errors: { name: ['is too long (maximum is 64 characters)'] } }, verdict: 'rejected', why: 'a length' },
    { body: { errors: ["Name can't be blank"] }, verdict: 'rejected', why: 'a blank' },
    { body: { errors: ['Webhook url has already been taken'] }, verdict: 'rejected', why: 'another field' },
  ])('about a name it is $verdict: $why', async ({ body, verdict }) => {
    const { onCreate, onShow } = await judged(422, body);
    expect(onCreate.code).toBe(verdict);
    expect(onShow.code, 'only a create can run into its own twin').toBe('rejected');
  });
});

describe('a 429 says when to come back', () => {
  test.each([
    { headers: { 'retry-after': '90' }, ms: 90_000 },
    {
      headers: { 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT', date: 'Sun, 22 Nov 2026 12:00:00 GMT' },
      ms: 60_000,
    },
    { headers: {}, ms: undefined },
    { headers: { 'retry-after': 'tomorrow' }, ms: undefined },
  ])('$headers', async ({ headers, ms }) => {
    const { onCreate } = await judged(429, { error: 'rate_limited' }, headers);
    expect(onCreate.details.retryAfterMs).toBe(ms);
  });

  test('and so does whatever stands in front of logi', async () => {
    const { onShow } = await judged(503, PAGE, { ...HTML, 'retry-after': '5' });
    expect(onShow).toMatchObject({ code: 'unavailable', details: { retryAfterMs: 5000 } });
  });
});

describe('a text from logi', () => {
  test('is one line of at most 256 characters', async () => {
    const { onShow } = await judged(422, { error: `a\r\n\u0007b\u202E${'x'.repeat(10_000)}` });
    expect(onShow.message).toContain('a b x');
    expect(onShow.message).not.toMatch(/[\p{C}]/u);
    expect(onShow.message.length).toBeLessThan(320);
  });

  test('is taken from fields that we know alone', async () => {
    const { onShow } = await judged(422, { error: 'invalid', trace: 'Planted', errors: { planted_key: ['is bad'] } });
    expect(onShow.message.toLowerCase()).not.toContain('planted');
  });

  test('is not taken from a page', async () => {
    const { onShow } = await judged(500, PAGE, HTML);
    expect(onShow.message).not.toContain('Cloudflare');
  });
});
