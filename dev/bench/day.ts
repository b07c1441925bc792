import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ControlPlane } from '../control-plane.ts';
import { NAMESPACE } from '../operator.ts';
import { startRelay } from '../plane/relay.ts';
import type { Progress } from '../tools/progress.ts';
import type { BenchLogto } from './logto.ts';
import { startProgram } from './program.ts';
import { type BenchOperator, type Stage, setUpLogto } from './stage.ts';

/**
 * Logto, the API server and the operator, for all of whom time can be made to pass.
 *
 * A day of overlap is the difference of two times that the API server tells (protocol T6), so that all have to agree on
 * it: Logto's emulator and the operator have a clock that is given to them and leaps, which is how the operator is put
 * together in src/main.ts, too; and what the operator hears from the API server goes through a relay, which puts `Date`
 * forward by as much. A clock that ran faster throughout would leave no call the time that it takes.
 *
 * The lease is a day, so that it outlives a leap, of which there are several to a day.
 */
export interface DayStage extends Stage<BenchLogto> {
  /** Lets a day and a little more pass, in leaps, with time to come to rest after each. */
  passDay(say: Progress): Promise<void>;
}

const LEASE = ['--lease-duration=24h', '--renew-deadline=23h'];
const LEAPS = 3;
const LEAP_MS = 8 * 3_600_000 + 120_000;
const REST_MS = 5_000;

const Url = z.object({ url: z.string() });

export async function setUpDay(latencyMs: number, begun: AsyncDisposableStack, progress: Progress): Promise<DayStage> {
  const leaps: ((ms: number) => Promise<void>)[] = [];

  async function start(plane: ControlPlane, ends: AsyncDisposableStack): Promise<BenchOperator> {
    let ahead = 0;
    const relay = await startRelay(plane, {
      headers: (headers) => ({ ...headers, date: new Date(Date.parse(headers.date ?? '') + ahead).toUTCString() }),
    });
    ends.defer(() => relay.close());
    const token = await plane.serviceAccountToken(NAMESPACE, 'oauthapp-operator');
    const flags = [
      `--namespace=${NAMESPACE}`,
      '--cluster-id=embedded',
      '--metrics-address=127.0.0.1:0',
      '--provider-hosts=127.0.0.1',
      '--log-level=error',
      ...LEASE,
    ];
    const program = await startProgram('operator', { server: relay.url, token, namespace: NAMESPACE, flags });
    ends.defer(() => program.close());
    leaps.push(async (leapMs) => {
      ahead += leapMs;
      await program.ask({ leapMs });
    });
    return Url.parse(program.hello);
  }

  const stage = await setUpLogto(latencyMs, begun, progress, start);
  leaps.unshift((ms) => stage.provider.leap(ms));
  return {
    ...stage,
    async passDay(say) {
      for (let leap = 1; leap <= LEAPS; leap += 1) {
        say(`leap ${leap} of ${LEAPS}, by a third of a day each`);
        for (const each of leaps) await each(LEAP_MS);
        await delay(REST_MS);
      }
    },
  };
}
