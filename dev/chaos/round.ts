import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { OAUTH_PROVIDERS, SECRETS } from '../../src/kube/resources.ts';
import type { ControlPlane } from '../control-plane.ts';
import { startLogiEmulator } from '../emulators/logi.ts';
import { installRights, operatorKubeconfig } from '../operator.ts';
import { seededChance } from '../sim/chance.ts';
import { type ByHand, registerByHand } from './by-hand.ts';
import { createCount } from './count.ts';
import { gather } from './evidence.ts';
import { type Excuse, excuses } from './excuses.ts';
import { type Fates, startFleet } from './fleet.ts';
import { handsOn } from './hands.ts';
import { type Breach, type Evidence, type Invariant, judge } from './judge.ts';
import { credentialManifests, providerManifests } from './manifests.ts';
import { applyFirst, people } from './people.ts';
import { startRecordedLogto } from './recorded-logto.ts';
import { comeToRest, inventory } from './rest.ts';
import type { Setting } from './setting.ts';
import type { Kind, Story } from './story.ts';
import type { Tell } from './trace.ts';
import { troubles } from './troubles.ts';
import { witnessOf } from './witness.ts';

/** What became of a round. */
export interface Round {
  readonly breaches: readonly Breach[];
  /** What is no stray for the judge, although nobody holds it. */
  readonly excuses: readonly Excuse[];
  readonly evidence: Evidence;
  readonly figures: Figures;
}

export interface Figures extends Fates {
  readonly applications: number;
  /** Things that people did in the trouble. */
  readonly deeds: number;
  /** Of etcd or kube-apiserver. */
  readonly outages: number;
  /** From the last blow and the last deed until everything was as people want it, ms. */
  readonly restMs: number;
  /** Calls that the providers served, and how many of them went wrong. */
  readonly calls: number;
  readonly faults: number;
}

/** Where a round is played. */
export interface Place {
  readonly plane: ControlPlane;
  /** Its own. */
  readonly namespace: string;
  /** Takes the logs of the operator. */
  readonly folder: string;
  /** Told of everything that is done. */
  readonly tell: Tell;
}

const REPLICAS: Readonly<Record<Kind, number>> = { deaths: 1, sleep: 2, outage: 2 };

/** What a pass that an inventory has asked for may still mend. */
const MENDED: readonly Invariant[] = ['comes to rest', 'no duplicate', 'no stray', 'nothing lost of a spec'];
const MENDED_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 1_000;

/** Plays a story and judges what is left of it. */
export async function playRound(story: Story, place: Place): Promise<Round> {
  await using begun = new AsyncDisposableStack();
  const { tell } = place;
  const [setting, hand] = await setUp(story, place, begun);

  tell('the calm before');
  const applied = await applyFirst(story, setting);
  await comeToRest(story, setting, 0);

  tell('trouble begins');
  const count = createCount();
  const [faults] = await Promise.all([troubles(story, count, setting), people(story, applied, count, setting)]);
  tell('trouble is over');
  const over = performance.now();
  await comeToRest(story, setting);
  const restMs = performance.now() - over;
  tell('at rest');
  await inventory(setting);
  tell('listed');
  const evidence = await mended(() => gather(story, setting, hand));
  const breaches = judge(evidence);
  for (const { invariant, sentence } of breaches) tell(`BREACH ${invariant}: ${sentence}`);

  return {
    breaches,
    excuses: excuses(evidence),
    evidence,
    figures: {
      ...setting.fleet.fates(),
      applications: story.applications.length,
      deeds: story.applications.reduce((sum, each) => sum + each.deeds.length, 0),
      outages: story.kind === 'outage' ? story.blows : 0,
      restMs,
      faults,
      calls: setting.logi.journal.length + setting.logto.journal.length,
    },
  };
}

async function setUp(story: Story, place: Place, begun: AsyncDisposableStack): Promise<readonly [Setting, ByHand]> {
  const { plane, namespace, folder, tell } = place;
  const chance = seededChance(story.seed).fork('round');
  await mkdir(folder, { recursive: true });
  await installRights(plane, namespace);
  const kubeconfig = await operatorKubeconfig(plane, namespace);
  const logi = await startLogiEmulator({ switches: { limits: 'off', riskFlags: 'never' } });
  begun.defer(() => logi.close());
  const logto = await startRecordedLogto({ switches: { limits: 'off' } });
  begun.defer(() => logto.close());
  const hand = registerByHand(logi, logto, story.applications, chance.fork('by hand'));

  const hands = await handsOn(plane);
  begun.defer(() => hands.close());
  const witness = witnessOf(hands, namespace);
  begun.defer(() => witness.close());
  const urls = { logi: logi.url, logto: logto.url };
  for (const manifest of credentialManifests(namespace)) await hands.apply(SECRETS, manifest);
  for (const manifest of providerManifests(namespace, urls, 0)) await hands.apply(OAUTH_PROVIDERS, manifest);
  const fleet = startFleet({ replicas: REPLICAS[story.kind], namespace, kubeconfig, folder }, hands, tell);
  begun.defer(() => fleet.close());
  return [{ plane, namespace, logi, logto, hands, witness, fleet, chance, tell }, hand];
}

/** The evidence, as soon as there is nothing in it that may still be mended. */
async function mended(look: () => Promise<Evidence>): Promise<Evidence> {
  const begun = performance.now();
  for (;;) {
    const evidence = await look();
    const isMended = !judge(evidence).some(({ invariant }) => MENDED.includes(invariant));
    if (isMended || performance.now() - begun > MENDED_WITHIN_MS) return evidence;
    await delay(LOOK_AGAIN_MS);
  }
}
