import type { RunningPod } from '../../src/application/ports/workloads.ts';

/** The Secret that is asked about. */
export const SHOP = 'shop-oauth';

/** A Pod, and what its node says of it. */
export interface PodShape {
  readonly spec: object;
  readonly status?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deleted?: boolean;
}

const START = '2026-01-01T00:00:0';
export const at = (second: number): string => `${START}${second}Z`;
/** The second of {@link at}, or `now`. */
export const since = ({ startedAtMs }: RunningPod): number | 'now' =>
  Date.now() - startedAtMs < 60_000 ? 'now' : (startedAtMs - Date.parse(at(0))) / 1000;

export const container = (name: string, uses: object = {}) => ({ name, image: 'none', ...uses });
export const variable = { env: [{ name: 'SECRET', valueFrom: { secretKeyRef: { name: SHOP, key: 'secret' } } }] };
export const environment = (name = SHOP) => ({ envFrom: [{ secretRef: { name, optional: true } }] });
const mount = { volumeMounts: [{ name: 'oauth', mountPath: '/oauth' }] };
const volume = { volumes: [{ name: 'oauth', secret: { secretName: SHOP } }] };
const projected = { volumes: [{ name: 'oauth', projected: { sources: [{ secret: { name: SHOP } }] } }] };
const sidecar = { restartPolicy: 'Always' };
export const first = container('first');

export const status = (name: string, state: object) => ({
  name,
  image: 'none',
  imageID: '',
  ready: true,
  restartCount: 0,
  state,
});
const runs = (name: string, second: number) => status(name, { running: { startedAt: at(second) } });
const waits = (name: string) => status(name, { waiting: { reason: 'CrashLoopBackOff' } });
const ended = (name: string, startedAt: string | null) =>
  status(name, { terminated: { exitCode: 0, startedAt, finishedAt: startedAt } });
/** The status of a Pod that a node has taken on at {@link at}(1). */
export const pod = (containerStatuses: readonly object[], initContainerStatuses: readonly object[] = []) => ({
  phase: 'Running',
  startTime: at(1),
  containerStatuses,
  initContainerStatuses,
});

/** Who uses the Secret, and since when. */
export const USERS: Readonly<Record<string, PodShape & { readonly from: number | 'now' }>> = {
  variable: {
    spec: { containers: [first, container('app', variable)] },
    status: pod([runs('first', 2), runs('app', 4)]),
    from: 4,
  },
  environment: { spec: { containers: [container('app', environment())] }, status: pod([runs('app', 4)]), from: 4 },
  volume: {
    spec: { containers: [first, container('app', mount)], ...volume },
    status: pod([runs('first', 2), runs('app', 4)]),
    from: 4,
  },
  projected: { spec: { containers: [container('app', mount)], ...projected }, status: pod([runs('app', 4)]), from: 4 },
  'the oldest of two': {
    spec: { containers: [container('app', mount), container('other', variable)], ...volume },
    status: pod([runs('app', 5), runs('other', 3)]),
    from: 3,
  },
  'two, of which one waits': {
    spec: { containers: [container('app', mount), container('other', variable)], ...volume },
    status: pod([waits('app'), runs('other', 3)]),
    from: 3,
  },
  'one that waits': {
    spec: { containers: [first, container('app', variable)] },
    status: pod([runs('first', 2), waits('app')]),
    from: 'now',
  },
  'one that has ended': {
    spec: { containers: [first, container('app', variable)] },
    status: pod([runs('first', 2), ended('app', at(3))]),
    from: 'now',
  },
  'a Pod without a node': { spec: { containers: [container('app', variable)] }, from: 'now' },
  'an init container that runs': {
    spec: { containers: [first], initContainers: [container('init', variable)] },
    status: pod([waits('first')], [runs('init', 2)]),
    from: 2,
  },
  'an init container that has ended': {
    spec: { containers: [container('app', variable)], initContainers: [container('init', environment())] },
    status: pod([runs('app', 5)], [ended('init', at(2))]),
    from: 2,
  },
  'an init container of which nothing is left': {
    spec: { containers: [first], initContainers: [container('init', variable)] },
    status: pod([runs('first', 5)], [ended('init', null)]),
    from: 1,
  },
  'a sidecar': {
    spec: { containers: [first], initContainers: [container('proxy', { ...mount, ...sidecar })], ...volume },
    status: pod([runs('first', 3)], [runs('proxy', 2)]),
    from: 2,
  },
  'a sidecar that has ended': {
    spec: { containers: [first], initContainers: [container('proxy', { ...variable, ...sidecar })] },
    status: pod([runs('first', 3)], [ended('proxy', at(2))]),
    from: 'now',
  },
  'a Pod that is being deleted': {
    spec: { containers: [container('app', variable)], nodeName: 'nowhere' },
    status: pod([runs('app', 4)]),
    deleted: true,
    from: 4,
  },
};

/** Who does not. */
export const OTHERS: Readonly<Record<string, PodShape>> = {
  'another Secret': { spec: { containers: [container('app', environment('other'))] }, status: pod([runs('app', 4)]) },
  'a volume that nobody mounts': { spec: { containers: [first], ...volume }, status: pod([runs('first', 4)]) },
  'another volume': {
    spec: {
      containers: [container('app', mount)],
      volumes: [
        { name: 'oauth', emptyDir: {} },
        { name: 'unused', secret: { secretName: SHOP } },
      ],
    },
    status: pod([runs('app', 4)]),
  },
  'the password of a registry': { spec: { containers: [first], imagePullSecrets: [{ name: SHOP }] } },
  succeeded: {
    spec: { containers: [container('app', variable)], restartPolicy: 'Never' },
    status: { ...pod([ended('app', at(4))]), phase: 'Succeeded' },
  },
  failed: { spec: { containers: [container('app', variable)] }, status: { ...pod([runs('app', 4)]), phase: 'Failed' } },
};
