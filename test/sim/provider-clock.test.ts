import { expect, test } from 'vitest';
import { z } from 'zod';
import { createLogi } from '../../dev/emulators/logi/core.ts';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import { createLogto } from '../../dev/emulators/logto/core.ts';
import { type SimulatedProvider, simulatedProvider } from '../../dev/sim/provider.ts';
import { manualClock } from '../support/manual-clock.ts';
import { seeded } from './twins.ts';

const HOUR_MS = 3_600_000;
/** A whole second, as a `Date` has no fractions, and nobody else's time. */
const LONG_AGO = Date.UTC(2001, 1, 3, 4, 5, 6);

function post(provider: SimulatedProvider<string, object>, path: string, authorization: string, body: object) {
  const isForm = body instanceof URLSearchParams;
  const {
    status,
    headers,
    body: bytes,
  } = provider.exchange({
    method: 'POST',
    url: `https://id.example.com${path}`,
    headers: { authorization, 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' },
    body: isForm ? body.toString() : JSON.stringify(body),
  });
  const json: unknown = JSON.parse(Buffer.from(bytes).toString());
  return { status, date: Date.parse(headers['date'] ?? ''), json };
}

test('every time that logi tells is of its own clock', () => {
  const logi = createLogi({ clock: manualClock(LONG_AGO), chance: seeded(), switches: { riskFlags: 'never' } });
  const application = { name: 'Shop', redirect_uris: ['https://app.example.com/cb'] };
  const provider = simulatedProvider(logi, '127.0.0.1');
  expect(post(provider, '/api/v1/applications', `Bearer ${DEFAULT_KEY}`, { application })).toMatchObject({
    date: LONG_AGO,
    json: { created_at: new Date(LONG_AGO).toISOString() },
  });
});

const Token = z.object({ access_token: z.string(), expires_in: z.number() });
const Claims = z.object({ iat: z.number(), exp: z.number() });

test('every time that Logto tells is of its own clock, and its tokens expire by it', async () => {
  const clock = manualClock(LONG_AGO);
  const logto = createLogto({ clock, chance: seeded() });
  const provider = simulatedProvider(logto, '127.0.0.1');
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    resource: 'https://default.logto.app/api',
    scope: 'all',
    client_id: OPERATOR_ID,
    client_secret: OPERATOR_SECRET,
  });

  const issued = post(provider, '/oidc/token', '', form);
  const { access_token: token, expires_in: seconds } = Token.parse(issued.json);
  const claims = Claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  expect(issued.date).toBe(LONG_AGO);
  expect([claims.iat, claims.exp]).toEqual([LONG_AGO / 1000, LONG_AGO / 1000 + seconds]);

  const shop = { name: 'Shop', type: 'MachineToMachine' };
  expect(post(provider, '/api/applications', `Bearer ${token}`, shop)).toMatchObject({
    status: 200,
    date: LONG_AGO,
    json: { createdAt: LONG_AGO },
  });
  expect(logto.applications().at(-1)?.secrets).toMatchObject([{ createdAt: LONG_AGO }]);

  await clock.advance(HOUR_MS);
  expect(post(provider, '/api/applications', `Bearer ${token}`, shop)).toMatchObject({
    status: 401,
    date: LONG_AGO + HOUR_MS,
  });
});
