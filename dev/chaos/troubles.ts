import { setTimeout as delay } from 'node:timers/promises';
import type { FaultHandle } from '../emulators/faults.ts';
import type { SeededChance } from '../sim/chance.ts';
import { until } from '../until.ts';
import type { Count } from './count.ts';
import type { Replica } from './fleet.ts';
import { plague, type Victim } from './plague.ts';
import type { Setting } from './setting.ts';
import type { Kind, Story } from './story.ts';

/** How long a call is awaited that a blow is to hit, and how many are let through before. */
const CALL_WITHIN_MS = 1_000;
const MOST_SKIPPED = 12;

/** What a leader may call before a blow, and how long that may take. */
const MOST_CALLS = 60;
const CALLS_WITHIN_MS = 1_500;

/** Generous: a process may take long to start on a busy machine. */
const LEADER_WITHIN_MS = 180_000;

type Deal = (setting: Setting, chance: SeededChance) => Promise<void>;

const BLOWS: Readonly<Record<Kind, Deal>> = { deaths: killLeader, sleep: stopLeader, outage: restartPart };

const LOGI_OPERATIONS = [
  [4, 'create'],
  [3, 'update'],
  [3, 'rotate'],
  [2, 'delete'],
  [2, 'list'],
  [1, 'show'],
  [1, 'token'],
] as const;

const LOGTO_OPERATIONS = [
  [4, 'create'],
  [3, 'update'],
  [3, 'create-secret'],
  [2, 'delete'],
  [2, 'list'],
  [2, 'list-secrets'],
  [1, 'show'],
  [1, 'token'],
] as const;

/** What a blow may hit; half of the time, a create. */
const LOGI_CHANGES = ['create', 'create', 'create', 'rotate', 'update', 'delete'] as const;
const LOGTO_CHANGES = ['create', 'create', 'create', 'create-secret', 'update', 'delete'] as const;

/**
 * Deals the blows of a story one after the other, and lets answers get lost all the while. When it resolves, nobody is
 * stopped and the plane serves. Returns how many calls went wrong.
 */
export async function troubles({ kind, blows }: Story, count: Count, setting: Setting): Promise<number> {
  const { logi, logto, chance, tell } = setting;
  const over = new AbortController();
  const { signal } = over;
  const plagues = Promise.all([
    plague({ name: 'logi', emulator: logi, operations: LOGI_OPERATIONS }, chance.fork('logi'), tell, signal),
    plague({ name: 'Logto', emulator: logto, operations: LOGTO_OPERATIONS }, chance.fork('logto'), tell, signal),
  ]);
  const deal = BLOWS[kind];
  try {
    for (let index = 0; index < blows; index += 1) {
      const luck = chance.fork(`blow ${index}`);
      await work(setting, luck);
      await deal(setting, luck);
      count.up();
    }
    await work(setting, chance.fork('afterwards'));
  } finally {
    over.abort();
  }
  return (await plagues).reduce((all, hits) => all + hits, 0);
}

/** Lets the operator work for a while, so that a blow finds something begun. */
async function work(setting: Setting, chance: SeededChance): Promise<void> {
  const { logi, logto } = setting;
  const calls = (): number => logi.journal.length + logto.journal.length;
  await leader(setting);
  const enough = calls() + chance.between(0, MOST_CALLS);
  await until('enough was called', () => (calls() >= enough ? 'enough' : undefined), CALLS_WITHIN_MS).catch(
    () => 'idle',
  );
}

/** Kills the leader: most often while a call to a provider is under way; now and then its next process at its start. */
async function killLeader(setting: Setting, chance: SeededChance): Promise<void> {
  const victim = await leader(setting);
  const hold = chance.happens(0.6) ? await atACall(setting, chance, ['before', 'after']) : undefined;
  if (hold === undefined) await delay(chance.between(100, 1_500));
  await victim.kill();
  hold?.remove();
  if (chance.happens(0.7)) return;
  await delay(chance.between(200, 2_000));
  await chance.oneOf(setting.fleet.replicas).kill();
}

/**
 * Stops the leader for longer than its lease, most often while an answer is on its way to it. The answer is there when
 * it wakes up, beside its successor.
 */
async function stopLeader(setting: Setting, chance: SeededChance): Promise<void> {
  const sleeper = await leader(setting);
  const hold = chance.happens(0.8) ? await atACall(setting, chance, ['after']) : undefined;
  if (hold === undefined) await delay(chance.between(100, 1_500));
  sleeper.stop();
  // No sooner is its lease over for certain.
  await leader(setting, sleeper);
  await delay(chance.between(0, 1_000));
  hold?.remove();
  sleeper.resume();
}

/** Kills etcd or kube-apiserver and starts it again on what it has stored; now and then a replica dies meanwhile. */
async function restartPart(setting: Setting, chance: SeededChance): Promise<void> {
  const { plane, fleet, tell } = setting;
  await leader(setting);
  await delay(chance.between(100, 2_000));
  const part = chance.oneOf(['kube-apiserver', 'etcd'] as const);
  tell(`${part} is killed`);
  const served = plane.restart(part);
  if (chance.happens(0.4)) {
    await delay(chance.between(0, 3_000));
    await chance.oneOf(fleet.replicas).kill();
  }
  await served;
  tell(`${part} serves again`);
}

/** The replica that leads, as soon as there is one that is not `other`. */
async function leader({ fleet }: Setting, other?: Replica): Promise<Replica> {
  return until(
    'somebody leads',
    async () => {
      const found = await fleet.leader();
      return found === other ? undefined : found;
    },
    LEADER_WITHIN_MS,
  );
}

/** Holds one of the next calls that change something at a provider; resolves when it has come, or when none does. */
async function atACall(
  { logi, logto, tell }: Setting,
  chance: SeededChance,
  sides: readonly ('before' | 'after')[],
): Promise<FaultHandle> {
  const fault = { type: 'hold', when: chance.oneOf(sides), skip: chance.between(0, MOST_SKIPPED) } as const;
  const { hold, call } = chance.happens(0.5)
    ? heldAt('logi', logi, LOGI_CHANGES)
    : heldAt('Logto', logto, LOGTO_CHANGES);
  await Promise.race([hold.hit.then(() => tell(`${call} is held ${fault.when} the effect`)), delay(CALL_WITHIN_MS)]);
  return hold;

  function heldAt<Operation extends string>(
    name: string,
    { fault: plant }: Victim<Operation>['emulator'],
    operations: readonly Operation[],
  ): { readonly hold: FaultHandle; readonly call: string } {
    const operation = chance.oneOf(operations);
    return { hold: plant({ ...fault, operation }), call: `${name} ${operation}` };
  }
}
