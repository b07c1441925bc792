import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import { OAUTH_PROVIDERS } from '../../src/kube/resources.ts';
import { until } from '../until.ts';
import { providerManifests } from './manifests.ts';
import type { Setting } from './setting.ts';
import { type Planned, type Standing, type Story, standingAfter } from './story.ts';

/** Generous: a pass that has failed often is tried again only after a while, and the machine may be busy. */
const REST_WITHIN_MS = 240_000;
const LISTED_WITHIN_MS = 120_000;

/** Resolves when every object is as people want it after `count` of their deeds, or when that takes too long. */
export async function comeToRest(
  { applications }: Story,
  { witness }: Pick<Setting, 'witness'>,
  count?: number,
): Promise<void> {
  const allRest = (): 'rest' | undefined =>
    applications.every((planned) => isAtRest(planned, standingAfter(planned, count), { witness })) ? 'rest' : undefined;
  // Who is late is named by the judge.
  await until('everything comes to rest', allRest, REST_WITHIN_MS).catch(() => undefined);
}

function isAtRest({ name }: Planned, standing: Standing, { witness }: Pick<Setting, 'witness'>): boolean {
  const seen = witness.application(name);
  if (standing === undefined || seen === undefined) return seen === standing;
  const { ready, served, operation, object } = seen;
  return (
    ready?.status === 'True' &&
    operation === undefined &&
    object.metadata.deletionTimestamp === undefined &&
    observedGeneration(object) === object.metadata.generation &&
    (standing.token === undefined || standing.token === served.rotate)
  );
}

/** Lets the registrations of both providers be listed, and resolves when that was done. */
export async function inventory(setting: Setting): Promise<void> {
  const { hands, namespace, logi, logto } = setting;
  const urls = { logi: logi.url, logto: logto.url };
  const listings = { logi: listingsIn(logi), logto: listingsIn(logto) };
  for (const manifest of providerManifests(namespace, urls, 1)) await hands.apply(OAUTH_PROVIDERS, manifest);
  for (const name of ['logi', 'logto'] as const) {
    await until(
      `${name} is listed`,
      async () => {
        const object = await hands.get(OAUTH_PROVIDERS, namespace, name);
        const isSeen = object !== undefined && observedGeneration(object) === object.metadata.generation;
        return isSeen && listingsIn(setting[name]) > listings[name] ? 'listed' : undefined;
      },
      LISTED_WITHIN_MS,
    );
  }
}

function listingsIn({ journal }: { readonly journal: readonly { readonly operation: string }[] }): number {
  return journal.filter(({ operation }) => operation === 'list').length;
}

function observedGeneration(object: KubeObject): unknown {
  const status = object['status'];
  return isRecord(status) ? status['observedGeneration'] : undefined;
}
