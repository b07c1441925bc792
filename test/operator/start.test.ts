import { expect, test } from 'vitest';
import { configFrom } from '../../src/config.ts';
import { runOperator } from '../../src/operator/run.ts';
import { systemSockets } from '../../src/operator/sockets.ts';
import { systemChance } from '../../src/runtime/chance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { scriptedApiServer, silence, until } from '../support/scripted-api-server.ts';

const SECRETS = '/api/v1/namespaces/shop/secrets';
const APPLICATIONS = '/apis/oauthapp.dev/v1alpha1/namespaces/shop/oauthapplications';

test('its lists wait for no answer: they begin before the installation is known', async () => {
  const server = await scriptedApiServer();
  server.always('GET', `${SECRETS}/oauthapp-operator-installation`, silence);
  server.always('GET', SECRETS, silence);
  server.always('GET', APPLICATIONS, silence);
  const invocation = configFrom(['--namespace=shop', '--cluster-id=test', '--metrics-address=127.0.0.1:0'], {});
  if (invocation.type !== 'run') throw new Error('wrong flags');
  const stop = new AbortController();
  const ending = runOperator(
    {
      config: invocation.config,
      namespace: undefined,
      sockets: systemSockets({
        server: server.url,
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
    stop.signal,
  );

  const asked = (path: string) => server.requests.some((request) => request.path === path);
  await until('its collections are listed', () => asked(SECRETS) && asked(APPLICATIONS));

  stop.abort();
  expect(await ending).toBe('stopped');
  await server.close();
});
