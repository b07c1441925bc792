import { expect, test } from 'vitest';
import { DEFAULT_KEY } from '../../dev/emulators/logi/keys.ts';
import { until } from '../support/until.ts';
import { createWorld, web } from '../support/world.ts';

const OTHER_KEY = 'lpa_pat_5d1f0a9c7e3b';

/** How every secret of the emulator begins. */
const ISSUED = 'logi_secret_';

test('neither an issued secret nor the API key is in the log, a status, an Event or the metrics, whatever goes wrong', async () => {
  await using world = await createWorld();
  world.emulator.addKey({ token: OTHER_KEY });
  const operator = await world.startOperator();
  const echo = `{"error":"invalid","error_description":"Bearer ${DEFAULT_KEY} sent ${ISSUED}${'ab'.repeat(32)}"}`;

  await world.apply(web('shop'));
  await world.ready('shop');
  world.emulator.fault({ operation: 'create', when: 'before', type: 'status', status: 422, body: echo });
  await world.apply(web('echoed'));
  await world.reason('echoed', 'Rejected');
  await world.look('echoed');
  await world.ready('echoed');
  world.emulator.fault({ operation: 'create', when: 'after', type: 'truncate' });
  await world.apply(web('truncated'));
  await world.ready('truncated');
  await world.patch('OAuthApplication', 'shop', {
    metadata: { annotations: { 'oauthapp.dev/rotate-requested-at': 'now' } },
  });
  await until(
    'the token is served',
    () => world.application('shop'),
    (shop) => shop?.status?.served?.rotate === 'now',
  );
  world.emulator.fault({ operation: 'list', when: 'before', type: 'status', status: 401, body: echo });
  await world.relist();
  await world.kubectl('patch', 'secret', 'logi-key', '--type=merge', '-p', `{"stringData":{"apiKey":"${OTHER_KEY}"}}`);
  await until(
    'the other key is used',
    () => world.emulator.journal.map(({ key }) => key),
    (labels) => labels.some((label) => label !== 'default' && label !== undefined),
  );

  const metrics = (await operator.page('/metrics')).body;
  expect(await operator.stop()).toBe(0);
  const places = {
    log: await operator.logs(),
    applications: JSON.stringify(await world.list('oauthapp.dev/v1alpha1', 'oauthapplications')),
    providers: JSON.stringify(await world.list('oauthapp.dev/v1alpha1', 'oauthproviders')),
    events: JSON.stringify(await world.list('events.k8s.io/v1', 'events')),
    metrics,
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64').slice(0, 12);
  const planted = [DEFAULT_KEY, OTHER_KEY, ISSUED].flatMap((secret) => [secret, base64(secret)]);
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(100);
    expect(
      planted.filter((secret) => text.includes(secret)),
      place,
    ).toEqual([]);
  }
});
