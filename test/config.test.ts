import { describe, expect, test } from 'vitest';
import type { Config, Invocation } from '../src/config.ts';
import { configFrom, readConfig } from '../src/config.ts';
import type { Environment } from '../src/flags/reader.ts';

/** The least that a namespaced install has to say. */
const NAMESPACED = ['--cluster-id=prod'];

function configOf(argv: readonly string[], env: Environment = {}): Config {
  const invocation = configFrom(argv, env);
  if (invocation.type !== 'run') throw new Error(JSON.stringify(invocation));
  return invocation.config;
}

function problemsOf(argv: readonly string[], env: Environment = {}): readonly string[] {
  const invocation = configFrom(argv, env);
  return invocation.type === 'invalid' ? invocation.problems : [];
}

describe('what was not said', () => {
  test('has a value that works in a namespaced install', () => {
    expect(configOf(NAMESPACED, { POD_NAMESPACE: 'oauth' })).toEqual({
      namespace: 'oauth',
      scope: { type: 'namespace', watchNamespace: undefined, clusterId: 'prod' },
      workers: 16,
      kubeconfig: undefined,
      lease: { name: 'oauthapp-operator', durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
      settlingMs: 30_000,
      callDeadlineMs: 10_000,
      providerHosts: undefined,
      providerSelector: undefined,
      metricsAddress: { host: undefined, port: 8_080 },
      logLevel: 'info',
      clusterEnvironment: { KUBERNETES_SERVICE_HOST: undefined, KUBERNETES_SERVICE_PORT: undefined },
    });
  });

  test('is found out cluster-wide: the cluster id, and the namespace from the kubeconfig', () => {
    expect(configOf(['--scope=cluster'])).toMatchObject({
      namespace: undefined,
      scope: { type: 'cluster', clusterId: undefined },
    });
  });
});

describe('what was said', () => {
  const cases: { argv: string[]; config: Partial<Config> }[] = [
    { argv: ['--namespace', 'a'], config: { namespace: 'a' } },
    { argv: ['--workers', '1'], config: { workers: 1 } },
    { argv: ['--workers=256'], config: { workers: 256 } },
    { argv: ['--workers=1', '--workers=2'], config: { workers: 2 } },
    { argv: ['--kubeconfig=/home/me/.kube/config'], config: { kubeconfig: '/home/me/.kube/config' } },
    { argv: ['--settling=1m30s'], config: { settlingMs: 90_000 } },
    { argv: ['--settling=1.5s'], config: { settlingMs: 1_500 } },
    { argv: ['--settling=500ms'], config: { settlingMs: 500 } },
    { argv: ['--settling=24h'], config: { settlingMs: 86_400_000 } },
    { argv: ['--call-deadline=14999ms'], config: { callDeadlineMs: 14_999 } },
    { argv: ['--metrics-address=127.0.0.1:0'], config: { metricsAddress: { host: '127.0.0.1', port: 0 } } },
    { argv: ['--metrics-address=[::1]:65535'], config: { metricsAddress: { host: '::1', port: 65_535 } } },
    { argv: ['--metrics-address=localhost:80'], config: { metricsAddress: { host: 'localhost', port: 80 } } },
    { argv: ['--log-level=debug'], config: { logLevel: 'debug' } },
    {
      argv: ['--provider-selector=shard!=a', '--lease-name=rest'],
      config: {
        providerSelector: {
          text: 'shard!=a',
          selector: { matchExpressions: [{ key: 'shard', operator: 'NotIn', values: ['a'] }] },
        },
        lease: { name: 'rest', durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
      },
    },
    {
      argv: ['--provider-hosts=id.example.com, *.example.org:8443,[::1]:8080'],
      config: {
        providerHosts: [
          { host: 'id.example.com', covers: 'itself', port: undefined },
          { host: 'example.org', covers: 'subdomains', port: 8443 },
          { host: '::1', covers: 'itself', port: 8080 },
        ],
      },
    },
    {
      argv: ['--watch-namespace=store'],
      config: { scope: { type: 'namespace', watchNamespace: 'store', clusterId: 'prod' } },
    },
    {
      argv: ['--lease-name=a.b', '--lease-duration=1m', '--renew-deadline=40s', '--retry-period=5s'],
      config: { lease: { name: 'a.b', durationMs: 60_000, renewDeadlineMs: 40_000, retryMs: 5_000 } },
    },
    {
      argv: ['--lease-duration=3s', '--renew-deadline=2s', '--retry-period=1s', '--call-deadline=1s'],
      config: {
        lease: { name: 'oauthapp-operator', durationMs: 3_000, renewDeadlineMs: 2_000, retryMs: 1_000 },
        callDeadlineMs: 1_000,
      },
    },
  ];

  test.each(cases)('$argv', ({ argv, config }) => {
    expect(configOf([...NAMESPACED, ...argv])).toMatchObject(config);
  });

  test('can be said in the environment, and a flag wins over it', () => {
    const env = { OAUTHAPP_WORKERS: '4', OAUTHAPP_CLUSTER_ID: 'prod', OAUTHAPP_LOG_LEVEL: 'warn', POD_NAMESPACE: 'a' };
    expect(configOf(['--log-level=error', '--namespace=b'], env)).toMatchObject({
      workers: 4,
      scope: { clusterId: 'prod' },
      logLevel: 'error',
      namespace: 'b',
    });
  });

  test('with an empty variable was not said', () => {
    expect(configOf(NAMESPACED, { OAUTHAPP_WORKERS: '', POD_NAMESPACE: '' })).toMatchObject({
      workers: 16,
      namespace: undefined,
    });
  });

  test('by Kubernetes for a Service of our name is no mistake', () => {
    const env = { OAUTHAPP_PORT: 'tcp://10.0.0.1:8080', OAUTHAPP_SERVICE_HOST: '10.0.0.1' };
    expect(configOf(NAMESPACED, env).workers).toBe(16);
  });

  test('by the kubelet is passed on', () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', PATH: '/bin' };
    expect(configOf(NAMESPACED, env).clusterEnvironment).toEqual({
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      KUBERNETES_SERVICE_PORT: '443',
    });
  });
});

describe('one mistake is one sentence that names the flag', () => {
  const WORKERS = 'must be a whole number from 1 to 256';
  const DURATION = 'must be a duration such as 90s, 1m30s or 500ms, more than 0 and at most 24h';
  const ADDRESS = 'must be an address such as :8080, 127.0.0.1:8080 or [::1]:8080';
  const HOSTS =
    'must be hosts such as id.example.com, id.example.com:8443, *.example.com, 10.0.0.1 or [::1]:8080, with commas between them';
  const NAMESPACE = 'must be a namespace: a-z, 0-9 and -, at most 63';
  const cases: { argv: string[]; env?: Environment; problem: string }[] = [
    { argv: ['--worker=4'], problem: '--worker: unknown flag' },
    { argv: ['--no-workers'], problem: '--no-workers: unknown flag' },
    { argv: ['-x'], problem: '-x: unknown flag' },
    { argv: ['--workers'], problem: '--workers: needs a value' },
    { argv: ['--workers='], problem: `--workers: ${WORKERS}, not ""` },
    { argv: ['--workers=0'], problem: `--workers: ${WORKERS}, not "0"` },
    { argv: ['--workers=257'], problem: `--workers: ${WORKERS}, not "257"` },
    { argv: ['--workers=1e2'], problem: `--workers: ${WORKERS}, not "1e2"` },
    { argv: ['--workers=-1'], problem: `--workers: ${WORKERS}, not "-1"` },
    { argv: ['--workers', '--log-level=info'], problem: `--workers: ${WORKERS}, not "--log-level=info"` },
    { argv: [], env: { OAUTHAPP_WORKERS: 'many' }, problem: `OAUTHAPP_WORKERS: ${WORKERS}, not "many"` },
    { argv: ['run'], problem: 'unexpected argument "run"' },
    { argv: ['--', '--workers=4'], problem: 'unexpected argument "--workers=4"' },
    { argv: ['--namespace=Store'], problem: `--namespace: ${NAMESPACE}, not "Store"` },
    { argv: [], env: { POD_NAMESPACE: '../etc' }, problem: `POD_NAMESPACE: ${NAMESPACE}, not "../etc"` },
    { argv: ['--scope=all'], problem: '--scope: must be namespace or cluster, not "all"' },
    { argv: ['--log-level=trace'], problem: '--log-level: must be debug or info or warn or error, not "trace"' },
    {
      argv: ['--lease-name=a_b'],
      problem: '--lease-name: must be a DNS subdomain: a-z, 0-9, - and ., at most 253, not "a_b"',
    },
    { argv: ['--cluster-id=a b'], problem: '--cluster-id: must be letters, digits, ., _ and -, at most 63, not "a b"' },
    { argv: ['--settling=30'], problem: `--settling: ${DURATION}, not "30"` },
    { argv: ['--settling=0s'], problem: `--settling: ${DURATION}, not "0s"` },
    { argv: ['--settling=-5s'], problem: `--settling: ${DURATION}, not "-5s"` },
    { argv: ['--settling=25h'], problem: `--settling: ${DURATION}, not "25h"` },
    { argv: ['--settling=1d'], problem: `--settling: ${DURATION}, not "1d"` },
    { argv: ['--metrics-address=8080'], problem: `--metrics-address: ${ADDRESS}, not "8080"` },
    { argv: ['--metrics-address=:65536'], problem: `--metrics-address: ${ADDRESS}, not ":65536"` },
    { argv: ['--metrics-address=::1:80'], problem: `--metrics-address: ${ADDRESS}, not "::1:80"` },
    {
      argv: ['--lease-name=x', '--provider-selector=a b'],
      problem:
        '--provider-selector: must be a label selector such as shard=a, shard!=a or tier in (gold, silver), at most 253 characters, not "a b"',
    },
    {
      argv: ['--provider-selector=shard=a'],
      problem:
        '--lease-name: required with --provider-selector, and another one for each shard, since one Lease lets one process work',
    },
    { argv: ['--provider-hosts='], problem: `--provider-hosts: ${HOSTS}, not ""` },
    { argv: ['--provider-hosts=a.example,'], problem: `--provider-hosts: ${HOSTS}, not "a.example,"` },
    { argv: ['--provider-hosts=*'], problem: `--provider-hosts: ${HOSTS}, not "*"` },
    {
      argv: [],
      env: { OAUTHAPP_PROVIDER_HOSTS: '10.0.0.0/8' },
      problem: `OAUTHAPP_PROVIDER_HOSTS: ${HOSTS}, not "10.0.0.0/8"`,
    },
    {
      argv: ['--lease-duration=15500ms'],
      problem: '--lease-duration: must be whole seconds, since a Lease says no others',
    },
    {
      argv: ['--lease-duration=2s', '--renew-deadline=1500ms', '--retry-period=1s', '--call-deadline=1s'],
      problem: '--lease-duration: must be more than 2s, or no call to a provider could be over before it ends',
    },
    { argv: ['--renew-deadline=15s'], problem: '--renew-deadline: must be less than --lease-duration' },
    { argv: ['--retry-period=9s'], problem: '--retry-period: 1.2 times it must be less than --renew-deadline' },
    {
      argv: ['--call-deadline=15s'],
      problem: '--call-deadline: must be less than --lease-duration, or a call could outlive it',
    },
    {
      argv: ['--lease-duration=60s', '--call-deadline=25001ms'],
      problem: '--call-deadline: at most 25s, which is how long an operator that ends waits for a call',
    },
    ...['namespace', 'cluster'].map((scope) => ({
      argv: [`--scope=${scope}`, '--cluster-id=change-me'],
      problem: '--cluster-id: change-me stands for a word of your own, which then must never change',
    })),
    { argv: [], env: { OAUTHAPP_CLUSTER_ID: '' }, problem: '--cluster-id: required with --scope=namespace' },
    { argv: ['--scope=cluster', '--watch-namespace=a'], problem: '--watch-namespace: only with --scope=namespace' },
  ];

  test.each(cases)('$argv $env: $problem', ({ argv, env, problem }) => {
    const isAboutClusterId = problem.startsWith('--cluster-id');
    expect(problemsOf(isAboutClusterId ? argv : [...NAMESPACED, ...argv], env)).toEqual([problem]);
  });
});

test('all mistakes are named at once', () => {
  const argv = ['--wrokers=4', 'run', '--workers=0', '--settling=soon', '--lease-duration=10s', '--watch-namespace=A'];
  const problems = problemsOf(argv, { OAUTHAPP_LOG_LEVEL: 'loud', POD_NAMESPACE: 'B' });
  expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
    '--call-deadline',
    '--cluster-id',
    '--renew-deadline',
    '--settling',
    '--watch-namespace',
    '--workers',
    '--wrokers',
    'OAUTHAPP_LOG_LEVEL',
    'POD_NAMESPACE',
    'unexpected argument "run"',
  ]);
});

test('a long wrong value is clipped', () => {
  const [problem = ''] = problemsOf([...NAMESPACED, `--workers=${'9'.repeat(10_000)}`]);
  expect(problem.length).toBeLessThan(200);
});

describe('help', () => {
  test.each([
    { argv: ['--help'] },
    { argv: ['-h'] },
    // Who asks for help has made mistakes.
    { argv: ['--workers=0', 'run', '--help'] },
  ])('$argv', ({ argv }) => {
    expect(configFrom(argv, {}).type).toBe('help');
  });

  test('names every flag that is taken, with what it takes and its default', () => {
    const text = textOf(configFrom(['--help'], {}));
    expect(text).toMatch(/--workers N +passes side by side \(default: 16\)/);
    expect(text).toMatch(/--scope namespace\|cluster +.*\(default: namespace\)/);
    expect(text).toMatch(/--metrics-address \[HOST\]:PORT +.*\(default: :8080\)/);
    expect(text).toContain('OAUTHAPP_LEASE_NAME');
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
    const flags = [...text.matchAll(/^ {2}--([a-z-]+) [A-Z[a-z]/gm)].map(([, flag = '']) => flag);
    expect(flags.length).toBeGreaterThanOrEqual(14);
    for (const flag of flags) {
      expect(problemsOf([`--${flag}=§`]), flag).not.toContain(`--${flag}: unknown flag`);
    }
  });
});

test('--check-uninstall is an invocation of its own, of what the other flags say', () => {
  expect(configFrom(['--check-uninstall', '--scope=cluster', '--namespace=system'], {})).toMatchObject({
    type: 'check-uninstall',
    config: { namespace: 'system', scope: { type: 'cluster' } },
  });
  expect(configFrom(['--check-uninstall', '--scope=galaxy'], {}).type).toBe('invalid');
});

test('--version is an invocation of its own', () => {
  expect(configFrom(['--version'], {})).toEqual({ type: 'version' });
});

test('readConfig takes this process’s own arguments and environment', () => {
  const before = process.argv;
  process.argv = ['node', 'main.ts', '--help'];
  try {
    expect(readConfig().type).toBe('help');
  } finally {
    process.argv = before;
  }
});

function textOf(invocation: Invocation): string {
  return invocation.type === 'help' ? invocation.text : '';
}
