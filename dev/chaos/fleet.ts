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
  /** How many processes there have been. */
  lives(): number;
  /** Processes that ended by themselves, for another reason than a lost lease: the end of their logs. */
  falls(): readonly string[];
  logs(): Promise<readonly { readonly place: string; readonly text: string }[]>;
  /** Ends all of it. */
  close(): Promise<void>;
}

export interface Replica {
  readonly name: string;
  /** Without warning; resolves when the process has ended. */
  kill(): Promise<void>;
  stop(): void;
  resume(): void;
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
  '--lease-duration=4s',
  '--renew-deadline=3s',
  '--retry-period=500ms',
  '--call-deadline=2s',
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
  let state: 'open' | 'closing' = 'open';
  const isClosing = (): boolean => state === 'closing';

  function member(name: string): Member {
    let current = begin();
    let ending: 'asked' | 'unasked' = 'unasked';
    return {
      name,
      life: () => current,
      async kill() {
        tell(`${name} is killed`);
        ending = 'asked';
        await current.child.end('SIGKILL');
      },
      stop() {
        tell(`${name} is stopped`);
        current.child.send('SIGSTOP');
      },
      resume() {
        tell(`${name} goes on`);
        current.child.send('SIGCONT');
      },
      over: keepAlive(),
    };

    function begin(): Life {
      const log = join(folder, `${name}-${logs.length + 1}.log`);
      logs.push(log);
      return { child: spawnOperator(options.kubeconfig, { namespace, log, flags: FLAGS }), log, holder: undefined };
    }

    async function keepAlive(): Promise<void> {
      for (;;) {
        const code = await current.child.exited;
        if (isClosing()) return;
        const text = await readFile(current.log, 'utf8');
        tell(`${name} has ended with ${code}`);
        if (ending === 'unasked' && !text.includes(LEASE_LOST)) {
          falls.push(`${name} ended with ${code}: ${text.slice(-LOG_TAIL)}`);
        }
        await delay(RESTART_MS);
        if (isClosing()) return;
        ending = 'unasked';
        current = begin();
      }
    }
  }

  const members = Array.from({ length: options.replicas }, (_, index) => member(`operator-${index + 1}`));
  return {
    replicas: members,
    async leader() {
      const holder = holderIn(await hands.get(LEASES, namespace, LEASE));
      if (holder === undefined) return undefined;
      const names = await Promise.all(members.map(({ life }) => nameOf(life())));
      return members.find((_, index) => names[index] === holder);
    },
    lives: () => logs.length,
    falls: () => [...falls],
    logs: () => Promise.all(logs.map(async (file) => ({ place: file, text: await readFile(file, 'utf8') }))),
    async close() {
      state = 'closing';
      await Promise.all(members.map((each) => each.kill()));
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
