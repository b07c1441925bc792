import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRecord } from '../../src/kube/object.ts';
import { LEASES } from '../../src/kube/resources.ts';
import type { Child } from '../child.ts';
import { spawnOperator } from '../operator.ts';
import type { Hands } from './hands.ts';
import type { Tell } from './trace.ts';

/** Replicas of the operator, each started again whenever it has ended, as a kubelet does. */
export interface Fleet {
  readonly replicas: readonly Replica[];
  /** The replica that the Lease names, if it still lives. */
  leader(): Promise<Replica | undefined>;
  /** What happened to the processes so far. */
  fates(): Fates;
  /** Processes that ended by themselves, for another reason than a lost lease: the end of their logs. */
  falls(): readonly string[];
  logs(): Promise<readonly { readonly place: string; readonly text: string }[]>;
  /** Ends all of it. */
  close(): Promise<void>;
}

export interface Replica {
  /** Kills its process without warning; resolves when it has ended. */
  kill(): Promise<void>;
  stop(): void;
  resume(): void;
}

/** How many processes there were, and how often one was killed or stopped. */
export interface Fates {
  readonly lives: number;
  readonly kills: number;
  readonly stops: number;
}

export interface FleetOptions {
  readonly replicas: number;
  readonly namespace: string;
  readonly kubeconfig: string;
  /** Takes the logs, one file for each process. */
  readonly folder: string;
}

/** Name of the Lease in deploy/base. */
const LEASE = 'oauthapp-operator';

/** Short, so that a death costs seconds; a call still ends within the lease. */
const FLAGS = [
  '--lease-duration=3s',
  '--renew-deadline=2s',
  '--retry-period=400ms',
  '--call-deadline=1500ms',
  '--settling=1s',
  '--log-level=debug',
];

const RESTART_MS = 100;
const LOG_TAIL = 2_000;
const HOLDER = /"holder":"([^"]+)"/;
const LEASE_LOST = '"event":"lost"';

/** One process of a replica. */
interface Life {
  readonly child: Child;
  readonly log: string;
  /** As the Lease names it; `undefined` until the log does. */
  holder: string | undefined;
  /** `killed`: by us; it has ended, or does so at once. */
  state: 'running' | 'killed' | 'ended';
}

interface Member extends Replica {
  readonly life: () => Life;
  readonly over: Promise<void>;
}

/** Starts the replicas; none is awaited. */
export function startFleet(options: FleetOptions, hands: Hands, tell: Tell): Fleet {
  const { namespace, folder } = options;
  const falls: string[] = [];
  const logs: string[] = [];
  const closing = new AbortController();
  let kills = 0;
  let stops = 0;

  function begin(name: string): Life {
    const log = join(folder, `${name}-${logs.length + 1}.log`);
    logs.push(log);
    const child = spawnOperator(options.kubeconfig, { namespace, log, flags: FLAGS });
    return { child, log, holder: undefined, state: 'running' };
  }

  async function ended(name: string, life: Life): Promise<void> {
    const code = await life.child.exited;
    const text = await readFile(life.log, 'utf8');
    const isFall = life.state === 'running' && !text.includes(LEASE_LOST);
    if (isFall) falls.push(`${name} ended with ${code}: ${text.slice(-LOG_TAIL)}`);
    tell(`${name} has ended with ${code}`);
    life.state = 'ended';
  }

  function member(name: string): Member {
    let life = begin(name);
    return {
      life: () => life,
      async kill() {
        if (life.state !== 'running') return;
        life.state = 'killed';
        kills += 1;
        tell(`${name} is killed`);
        await life.child.end('SIGKILL');
      },
      stop() {
        stops += 1;
        tell(`${name} is stopped`);
        life.child.send('SIGSTOP');
      },
      resume() {
        tell(`${name} goes on`);
        life.child.send('SIGCONT');
      },
      over: (async () => {
        for (;;) {
          await ended(name, life);
          await delay(RESTART_MS);
          if (closing.signal.aborted) return;
          life = begin(name);
        }
      })(),
    };
  }

  const members = Array.from({ length: options.replicas }, (_, index) => member(`operator-${index + 1}`));
  return {
    replicas: members,
    async leader() {
      const holder = holderIn(await hands.get(LEASES, namespace, LEASE));
      const running = members.filter(({ life }) => life().state === 'running');
      const names = await Promise.all(running.map(({ life }) => nameOf(life())));
      return holder === undefined ? undefined : running.find((_, index) => names[index] === holder);
    },
    fates: () => ({ lives: logs.length, kills, stops }),
    falls: () => [...falls],
    logs: () => Promise.all(logs.map(async (file) => ({ place: file, text: await readFile(file, 'utf8') }))),
    async close() {
      closing.abort();
      for (const { life } of members) {
        if (life().state === 'running') life().state = 'killed';
        void life().child.end('SIGKILL');
      }
      await Promise.all(members.map(({ over }) => over));
    },
  };
}

async function nameOf(life: Life): Promise<string | undefined> {
  life.holder ??= HOLDER.exec(await readFile(life.log, 'utf8'))?.[1];
  return life.holder;
}

function holderIn(lease: { readonly [field: string]: unknown } | undefined): string | undefined {
  const spec = lease?.['spec'];
  const holder = isRecord(spec) ? spec['holderIdentity'] : undefined;
  return typeof holder === 'string' && holder !== '' ? holder : undefined;
}
