import { describe, expect, test } from 'vitest';
import { DEFAULT_KEY } from '../../../dev/emulators/logi/keys.ts';
import { Redacted } from '../../../src/credentials.ts';
import { refusesNothing } from '../../../src/idp/errors.ts';
import { DeadlineExceeded } from '../../../src/runtime/clock.ts';
import { birthOf, registrationNamed } from '../../support/registrations.ts';
import { everythingOf } from '../contract.ts';
import { failureOf, verdictOf } from '../failure.ts';
import { always, type Script, scriptedServer } from '../scripted-server.ts';
import { NEVER, openLogi, SHOP, startLogi } from './logi.ts';

const MEGABYTE = 1024 * 1024;

describe('an answer that is no answer leaves everything open', () => {
  const distortions = [
    { fault: { type: 'oversize', bytes: 20 * MEGABYTE }, code: 'malformed', why: '20 MB' },
    { fault: { type: 'garbage' }, code: 'malformed', why: 'not JSON' },
    { fault: { type: 'truncate' }, code: 'lost', why: 'the connection ends in the middle' },
    { fault: { type: 'reset' }, code: 'lost', why: 'no answer' },
    { fault: { type: 'html' }, code: 'unavailable', why: 'a page of the proxy' },
    { fault: { type: 'html', status: 200 }, code: 'malformed', why: 'a page that claims success' },
    { fault: { type: 'status', status: 503 }, code: 'unavailable', why: 'away' },
    { fault: { type: 'status', status: 308 }, code: 'unavailable', why: 'a redirect' },
  ] as const;

  test.each(distortions)('$why: $code', async ({ fault, code }) => {
    await using logi = await startLogi();
    const { emulator, provider } = logi;
    emulator.fault({ ...fault, operation: 'create', when: 'after' });
    expect(await verdictOf(provider.register(birthOf('Shop'), SHOP, NEVER))).toBe(`${code}, unknown`);
    expect(emulator.applications()).toHaveLength(1);

    emulator.fault({ ...fault, operation: 'rotate', when: 'after' });
    expect(await verdictOf(provider.issueSecret('1', 'k8s-1', NEVER))).toBe(`${code}, unknown`);
    expect(emulator.applications()).toMatchObject([{ secretsIssued: 2 }]);

    emulator.fault({ ...fault, operation: 'token', when: 'after' });
    const credentials = { clientId: emulator.applications()[0]?.clientId ?? '', clientSecret: new Redacted('wrong') };
    expect((await failureOf(provider.verify(credentials, NEVER))).details.effect).toBe('unknown');

    expect(await provider.inventory(NEVER), 'the next call is served as ever').toMatchObject({
      registrations: [{ name: 'Shop' }],
    });
  });

  test.each([
    { when: 'no answer begins', fault: { type: 'timeout' } },
    { when: 'the body never ends', fault: { type: 'slow-body', everyMs: 3_600_000 } },
  ] as const)('is given up at the deadline when $when', async ({ fault }) => {
    await using logi = await startLogi();
    const { hit } = logi.emulator.fault({ ...fault, operation: 'create', when: 'after' });
    const deadline = new AbortController();
    const verdict = verdictOf(logi.provider.register(birthOf('Shop'), SHOP, deadline.signal));
    await hit;
    deadline.abort(new DeadlineExceeded('no answer within 1 ms'));
    expect(await verdict).toBe('lost, unknown');
  });

  test('a redirect is not followed, wherever it points', async () => {
    await using elsewhere = await scriptedServer(always(200, []));
    await using server = await scriptedServer(always(307, '', { location: `${elsewhere.url}/` }));
    await using logi = openLogi(server.url);
    expect(await verdictOf(logi.provider.inventory(NEVER))).toBe('misdirected, unknown');
    expect(elsewhere.arrivals).toEqual([]);
  });

  test('JSON of absurd depth is malformed', async () => {
    await using server = await scriptedServer(always(200, `${'['.repeat(500_000)}${']'.repeat(500_000)}`));
    await using logi = openLogi(server.url);
    expect(await verdictOf(logi.provider.inventory(NEVER))).toBe('malformed, unknown');
  });
});

describe('a deletion that somebody else may have confirmed', () => {
  const confirmed = { status: 'ok' };

  test('is believed where the application is not there any more', async () => {
    await using logi = await startLogi({ deleteStatus: 200 });
    const { registration } = await logi.provider.register(birthOf('Shop'), SHOP, NEVER);
    await logi.provider.remove(registration.id, NEVER);
    expect(logi.emulator.applications()).toMatchObject([{ softDeleted: true }]);
  });

  test('is not believed where it is still there', async () => {
    const shown = { id: 42, client_id: 'logi_1', name: 'Shop', status: 'approved' };
    await using server = await scriptedServer((request, response) =>
      always(200, request.method === 'DELETE' ? confirmed : shown)(request, response),
    );
    await using logi = openLogi(server.url);
    expect(await verdictOf(logi.provider.remove('42', NEVER))).toBe('malformed, unknown');
  });
});

describe('a rotation that is answered by a 404 of nobody', () => {
  const shown = { id: 42, client_id: 'logi_1', name: 'Shop', status: 'approved' };

  test.each([
    { there: 200, verdict: 'unsupported, refused', why: 'where the application is there, the route is missing' },
    { there: 404, verdict: 'not-found, unknown', why: 'where it is not, it may be gone' },
    { there: 503, verdict: 'not-found, unknown', why: 'where nobody can say, it may be gone' },
  ])('is $verdict: $why', async ({ there, verdict }) => {
    await using server = await scriptedServer((request, response) =>
      (request.method === 'POST' ? always(404, '') : always(there, shown))(request, response),
    );
    await using logi = openLogi(server.url);
    expect(await verdictOf(logi.provider.issueSecret('42', 'k8s-1', NEVER))).toBe(verdict);
  });
});

describe('a secret that is not there', () => {
  test.each([
    { status: 204, body: '', outcome: 'none', why: 'logi says itself that it has nothing to show' },
    { status: 200, body: { client_secret: '' }, outcome: 'none', why: 'it is empty' },
    { status: 200, body: { client_secret: ' ' }, outcome: 'none', why: 'it is blank' },
    { status: 200, body: { client_secret: null }, outcome: 'none', why: 'it is null' },
    { status: 200, body: { id: 42, client_id: 'logi_1' }, outcome: 'none', why: 'it is missing' },
    { status: 200, body: { id: 42 }, outcome: 'none', why: 'it is missing, and so is all else' },
    { status: 200, body: { application: { id: '42', client_secret: null } }, outcome: 'none', why: 'it is null' },
    { status: 200, body: { error: 'internal_error' }, outcome: 'malformed, unknown', why: 'it tells of an error' },
    { status: 200, body: { status: 'ok' }, outcome: 'none', why: 'it tells of no error' },
    { status: 200, body: { client_secret: 42 }, outcome: 'none', why: 'no secret is a number' },
    { status: 200, body: { id: 43, status: 'ok' }, outcome: 'malformed, unknown', why: 'it tells of another' },
    { status: 200, body: '', outcome: 'malformed, unknown', why: 'the answer may have been cut off' },
    {
      status: 200,
      body: { id: 43, client_id: 'logi_2', client_secret: 'logi_secret_2' },
      outcome: 'malformed, unknown',
      why: 'it is the secret of another application',
    },
  ])('after a rotation is $outcome: $why', async ({ status, body, outcome }) => {
    await using server = await scriptedServer(always(status, body));
    await using logi = openLogi(server.url);
    const rotation = logi.provider.issueSecret('42', 'k8s-1', NEVER);
    if (outcome === 'none') expect(await rotation).toBeUndefined();
    else expect(await verdictOf(rotation)).toBe(outcome);
  });

  test('is the same after a create as the documented answer without a name', async () => {
    const documented = {
      id: 42,
      client_id: 'logi_0123456789abcdef0123456789abcdef',
      client_type: 'public',
      token_endpoint_auth_method: 'none',
      redirect_uris: SHOP.redirectUris,
      allowed_scopes: ['openid'],
      status: 'approved',
    };
    await using server = await scriptedServer(always(201, documented));
    await using logi = openLogi(server.url);
    const { registration, secret } = await logi.provider.register(
      birthOf('Born'),
      { ...SHOP, type: 'SinglePage' },
      NEVER,
    );
    expect(registration).toMatchObject({ id: '42', name: 'Born', approval: 'usable' });
    expect(registration.options).toEqual({ scopes: ['openid'] });
    expect(secret).toBeUndefined();
  });
});

describe('a server that repeats what it was told', () => {
  const SECRET = new Redacted('a-client-secret-of-no-known-form');

  /** Echoes the key and the body in every place that reaches a message or a status. */
  const parrot = (status: number): Script => {
    return ({ headers, body }, response) => {
      const said = `${headers.authorization} ${decodeURIComponent(body)} logi_secret_${'5'.repeat(64)}`;
      const errors = { name: [said], [said]: [said] };
      const shown = { id: 42, client_id: 'logi_1', name: said, status: said, environment: said, organization: said };
      always(status, { ...shown, error: said, error_description: said, errors, verify_url: `https://x/?${said}` })(
        { method: '', path: '', headers: {}, body: '' },
        response,
      );
    };
  };

  test.each([400, 401, 403, 404, 409, 422, 429, 500])('gets no secret into an error, with a %i', async (status) => {
    await using server = await scriptedServer(parrot(status));
    await using logi = openLogi(server.url);
    const { provider } = logi;
    const tried = () => provider.verify({ clientId: 'logi_1', clientSecret: SECRET }, NEVER);
    const failures = [
      await failureOf(provider.inventory(NEVER)),
      await failureOf(provider.register(birthOf('Shop'), SHOP, NEVER)),
      await failureOf(
        provider.update(registrationNamed('Shop', { id: '42' }), SHOP, ['displayName', 'redirectUris'], NEVER),
      ),
      await failureOf(provider.issueSecret('42', 'k8s-1', NEVER)),
      await failureOf(provider.remove('42', NEVER)),
      ...(refusesNothing(status) ? [await failureOf(tried())] : []),
    ];
    for (const failure of failures) {
      expect(everythingOf(failure)).not.toContain(DEFAULT_KEY);
      expect(everythingOf(failure)).not.toContain('5'.repeat(64));
    }
    if (!refusesNothing(status)) expect(await tried()).toBe('unknown');
  });

  test('gets none into a registration', async () => {
    await using server = await scriptedServer(parrot(200));
    await using logi = openLogi(server.url);
    const registration = await logi.provider.get('42', NEVER);
    expect(JSON.stringify(registration)).toContain('Bearer [redacted]');
    expect(JSON.stringify(registration)).not.toContain(DEFAULT_KEY);
    expect(JSON.stringify(registration.facts)).not.toContain('5'.repeat(64));
  });
});

describe('a key', () => {
  test.each(['', 'lpa_pat_with a blank', 'lpa_pat_line\r\nx-evil: 1'])(
    'that no header can carry is refused before a call: %j',
    async (key) => {
      await using server = await scriptedServer(always(200, []));
      await using logi = openLogi(server.url, { apiKey: new Redacted(key) });
      const failure = await failureOf(logi.provider.inventory(NEVER));
      expect(failure).toMatchObject({ code: 'unauthorized', details: { effect: 'refused' } });
      expect(server.arrivals).toEqual([]);
      if (key !== '') expect(everythingOf(failure)).not.toContain(key);
    },
  );

  test('of a developer is forbidden to rotate', async () => {
    await using logi = await startLogi();
    logi.emulator.addKey({ token: 'lpa_pat_developer', role: 'developer' });
    await using developer = openLogi(logi.emulator.url, { apiKey: new Redacted('lpa_pat_developer') });
    const { registration } = await developer.provider.register(birthOf('Shop'), SHOP, NEVER);
    expect(await verdictOf(developer.provider.issueSecret(registration.id, 'k8s-1', NEVER))).toBe('forbidden, refused');
  });

  test('of an account without a verified address needs a person', async () => {
    await using logi = await startLogi();
    logi.emulator.addKey({ token: 'lpa_pat_unverified', emailVerified: false });
    await using unverified = openLogi(logi.emulator.url, { apiKey: new Redacted('lpa_pat_unverified') });
    expect(await failureOf(unverified.provider.register(birthOf('Shop'), SHOP, NEVER))).toMatchObject({
      code: 'needs-person',
      details: { effect: 'refused', url: 'https://start.1pass.dev/account' },
    });
  });

  test.each(['seconds', 'date', 'none'] as const)(
    'that has made too many is throttled, with Retry-After as %s',
    async (retryAfter) => {
      await using logi = await startLogi({ retryAfter });
      for (let made = 0; made < 10; made += 1) await logi.provider.register(birthOf(`Shop ${made}`), SHOP, NEVER);
      const { code, details } = await failureOf(logi.provider.register(birthOf('One more'), SHOP, NEVER));
      expect({ code, effect: details.effect }).toEqual({ code: 'throttled', effect: 'refused' });
      if (retryAfter === 'none') expect(details.retryAfterMs).toBeUndefined();
      else expect(details.retryAfterMs).toBeGreaterThan(3_500_000);
    },
  );
});

test.each(['..', '.', '', '4/2', '4?2', '4%2F2', 'ä'])('the id %j reaches no path', async (id) => {
  await using server = await scriptedServer(always(200, { id: 42, client_id: 'logi_1' }));
  await using logi = openLogi(server.url);
  expect(await verdictOf(logi.provider.get(id, NEVER))).toBe('rejected, refused');
  expect(await verdictOf(logi.provider.remove(id, NEVER))).toBe('rejected, refused');
  expect(server.arrivals).toEqual([]);
});
