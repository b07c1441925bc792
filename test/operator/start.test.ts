import { expect, test } from 'vitest';
import { configFrom } from '../../src/config.ts';
import { runOperator } from '../../src/operator/run.ts';
import { systemSockets } from '../../src/operator/sockets.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import {
  type Answer,
  json,
  type ScriptedApiServer,
  scriptedApiServer,
  silence,
  status,
  until,
} from '../support/scripted-api-server.ts';

const INSTALLATION = '/api/v1/namespaces/shop/secrets/oauthapp-operator-installation';
const SECRETS = '/api/v1/namespaces/shop/secrets';
const APPLICATIONS = '/apis/oauthapp.dev/v1alpha1/namespaces/shop/oauthapplications';
const PROVIDERS = '/apis/oauthapp.dev/v1alpha1/namespaces/shop/oauthproviders';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/shop/leases';
const LEASE = `${LEASES}/oauthapp-operator`;

/** An operator in namespace `shop` of this server. */
function running({ url }: ScriptedApiServer, signal: AbortSignal) {
  const invocation = configFrom(['--namespace=shop', '--cluster-id=test', '--metrics-address=127.0.0.1:0'], {});
  if (invocation.type !== 'run') throw new Error('wrong flags');
  return runOperator(
    {
      config: invocation.config,
      namespace: undefined,
      sockets: systemSockets({
        server: url,
        readTls: async () => ({ ca: undefined, cert: undefined, key: undefined }),
        readToken: undefined,
        tlsServerName: undefined,
        verification: 'verify',
        namespace: undefined,
      }),
      clock: systemClock,
      chance: systemChance,
      log: createLog('error', systemClock, { write: () => undefined }),
      metrics: createMetrics({ version: 'test', revision: 'test' }, 'operator-alone'),
      instance: 'test',
    },
    signal,
  );
}

/** A watch that begins with an empty collection, and stays. */
const empty: Answer = (response) => {
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(
    `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '5', annotations } } })}\n`,
  );
};

/** The Lease as it was just written. */
const written: Answer = (response, request) => {
  const { metadata, spec } = JSON.parse(request.body);
  json(200, { metadata: { ...metadata, uid: 'lease', resourceVersion: '7' }, spec })(response, request);
};

const installation = json(200, {
  metadata: { name: 'oauthapp-operator-installation', namespace: 'shop', uid: 'i', resourceVersion: '1' },
  data: { installation: base64('former'), cluster: base64('test'), key: base64('0f'.repeat(32)) },
});

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

test('its lists wait for no answer: they begin before the installation is known', async () => {
  const server = await scriptedApiServer();
  server.always('GET', INSTALLATION, silence);
  server.always('GET', SECRETS, silence);
  server.always('GET', APPLICATIONS, silence);
  const stop = new AbortController();
  const ending = running(server, stop.signal);

  const asked = (path: string) => server.requests.some((request) => request.path === path);
  await until('its collections are listed', () => asked(SECRETS) && asked(APPLICATIONS));

  stop.abort();
  expect(await ending).toBe('stopped');
  await server.close();
});

test('a leader that cannot read the installation does nothing with the former one, and gives its Lease up when asked to stop', async () => {
  const server = await scriptedApiServer();
  server.on('GET', INSTALLATION, installation);
  server.always('GET', INSTALLATION, status(403, 'Forbidden'));
  for (const collection of [SECRETS, APPLICATIONS, PROVIDERS]) server.always('GET', collection, empty);
  server.always('GET', LEASE, status(404, 'NotFound'));
  server.always('POST', LEASES, written);
  server.always('PUT', LEASE, written);
  const stop = new AbortController();
  const ending = running(server, stop.signal);

  await until('it asks again', () => server.requests.filter(({ path }) => path === INSTALLATION).length > 1);
  stop.abort();

  expect(await ending).toBe('stopped');
  const [last] = server.requests.filter(({ method, path }) => method === 'PUT' && path === LEASE).slice(-1);
  expect(JSON.parse(last?.body ?? '{}').spec).not.toHaveProperty('holderIdentity');
  await server.close();
});
