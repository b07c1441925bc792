import { ProviderError } from '../idp/errors.ts';
import type { IdentityProvider } from '../idp/provider.ts';
import type { ApiRequest, Transport } from '../kube/transport.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

const WRITES = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

/** What a request is about: its resource, and whether it names one object of it. */
interface Target {
  readonly resource: string;
  readonly reach: 'one' | 'many';
}

/** What is told of calls to a provider, and to whom. */
export interface Gauges {
  readonly metrics: Pick<Metrics, 'providerCallEnded'>;
  readonly log: Pick<Log, 'info'>;
  readonly clock: Clock;
}

/**
 * The same adapter, with every call counted and timed by method and outcome, and those that fail logged: what the
 * provider itself calls an exchange is another word each time, so that neither a status nor a metric can hold it.
 */
export function measuredProvider(
  adapter: IdentityProvider,
  name: string,
  { metrics, log, clock }: Gauges,
): IdentityProvider {
  async function timed<T>(verb: string, call: () => Promise<T>): Promise<T> {
    const began = clock.monotonic();
    try {
      const answer = await call();
      metrics.providerCallEnded(verb, 'ok', clock.monotonic() - began);
      return answer;
    } catch (error) {
      const code = error instanceof ProviderError ? error.code : 'error';
      metrics.providerCallEnded(verb, code, clock.monotonic() - began);
      const { status, requestId } = error instanceof ProviderError ? error.details : {};
      log.info('a call to a provider failed', { provider: name, call: verb, code, status, requestId });
      throw error;
    }
  }

  return {
    ...adapter,
    inventory: (signal) => timed('inventory', () => adapter.inventory(signal)),
    get: (id, signal) => timed('get', () => adapter.get(id, signal)),
    inspect: (id, signal) => timed('inspect', () => adapter.inspect(id, signal)),
    getWithSecrets: (id, signal) => timed('get-with-secrets', () => adapter.getWithSecrets(id, signal)),
    register: (birth, wanted, signal) => timed('register', () => adapter.register(birth, wanted, signal)),
    update: (found, wanted, fields, signal) => timed('update', () => adapter.update(found, wanted, fields, signal)),
    mark: (found, mark, signal) => timed('mark', () => adapter.mark(found, mark, signal)),
    issueSecret: (id, name, signal) => timed('issue-secret', () => adapter.issueSecret(id, name, signal)),
    retireSecret: (id, name, signal) => timed('retire-secret', () => adapter.retireSecret(id, name, signal)),
    verify: (credentials, signal) => timed('verify', () => adapter.verify(credentials, signal)),
    remove: (id, signal) => timed('remove', () => adapter.remove(id, signal)),
  };
}

/** The same transport, with every call counted and timed by verb, resource and status. Watches are not calls. */
export function measuredTransport(
  transport: Transport,
  metrics: Pick<Metrics, 'apiCallEnded'>,
  clock: Clock,
): Transport {
  return {
    ...transport,
    async call(request, signal) {
      const began = clock.monotonic();
      const target = targetOf(request.path);
      const verb = verbOf(request.method, target);
      const ended = (code: string): void =>
        metrics.apiCallEnded(verb, target.resource, code, clock.monotonic() - began);
      try {
        const answer = await transport.call(request, signal);
        ended(String(answer.status));
        return answer;
      } catch (error) {
        ended('none');
        throw error;
      }
    },
  };
}

/** As Kubernetes names it in a Role. */
function verbOf(method: ApiRequest['method'], { reach }: Target): string {
  if (method === 'GET') return reach === 'one' ? 'get' : 'list';
  return WRITES[method];
}

/** Of an API path: `/apis/GROUP/VERSION[/namespaces/NAME]/PLURAL[/NAME[/SUBRESOURCE]]`. */
function targetOf(path: string): Target {
  const [root, ...rest] = (path.split('?', 1)[0] ?? '').split('/').filter((part) => part !== '');
  const [scope, within, plural, named] = rest.slice(root === 'api' ? 1 : 2);
  if (scope === undefined) return { resource: 'other', reach: 'one' };
  if (scope === 'namespaces' && plural !== undefined) {
    return { resource: plural, reach: named === undefined ? 'many' : 'one' };
  }
  return { resource: scope, reach: within === undefined ? 'many' : 'one' };
}
