import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../src/kube/resources.ts';
import { until } from '../until.ts';
import type { Count } from './count.ts';
import { applicationManifest } from './manifests.ts';
import type { Setting } from './setting.ts';
import { type Planned, type Standing, type Story, standingAfter } from './story.ts';

/** What people work with. */
type Tools = Pick<Setting, 'hands' | 'namespace' | 'tell'>;

/** Objects as they were last applied, by name. */
type Applied = Map<string, KubeObject>;

const GONE_WITHIN_MS = 240_000;

/** Applies what is there before things go wrong. */
export async function applyFirst({ applications }: Story, tools: Tools): Promise<Applied> {
  const applied: Applied = new Map();
  const first = applications.filter(({ born }) => born === 'before');
  await Promise.all(first.map((planned) => apply(planned, standingAfter(planned, 0), applied, tools)));
  return applied;
}

/** Does everything that people do while things go wrong. Resolves when the last of it is done. */
export async function people(
  { applications }: Story,
  applied: Applied,
  blows: Pick<Count, 'reaches'>,
  tools: Tools,
): Promise<void> {
  await Promise.all(
    applications.map(async (planned) => {
      for (const [index, { blow, afterMs, type }] of planned.deeds.entries()) {
        const dealtAt = await blows.reaches(blow);
        await delay(Math.max(0, dealtAt + afterMs - performance.now()));
        const standing = standingAfter(planned, index + 1);
        if (type === 'create') await untilGone(planned, tools);
        tools.tell(`people ${type} ${planned.name}`);
        await apply(planned, standing, applied, tools);
      }
    }),
  );
}

async function apply(planned: Planned, standing: Standing, applied: Applied, tools: Tools): Promise<void> {
  const { hands, namespace } = tools;
  if (standing !== undefined) {
    const manifest = applicationManifest(planned, standing, namespace);
    applied.set(planned.name, await hands.apply(OAUTH_APPLICATIONS, manifest));
    return;
  }
  const object = applied.get(planned.name);
  if (object !== undefined) await hands.delete(OAUTH_APPLICATIONS, object);
}

/** What is applied to an object that is being deleted goes with it. */
async function untilGone({ name }: Planned, { hands, namespace }: Tools): Promise<void> {
  await until(
    `${name} is gone`,
    async () => ((await hands.get(OAUTH_APPLICATIONS, namespace, name)) === undefined ? 'gone' : undefined),
    GONE_WITHIN_MS,
  );
}
