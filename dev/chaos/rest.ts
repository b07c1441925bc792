import { OAUTH_PROVIDERS } from '../../src/kube/resources.ts';
import { isObserved } from '../sim/application-view.ts';
import { until } from '../until.ts';
import { providerManifests } from './manifests.ts';
import type { Setting } from './setting.ts';
import { type Planned, type Story, standingAfter } from './story.ts';
import { stateOf, unrest } from './unrest.ts';

/** Generous: a pass that has failed often is tried again only after a while, and the machine may be busy. */
const REST_WITHIN_MS = 240_000;
const LISTED_WITHIN_MS = 120_000;

/** Resolves when every object is as people want it after `count` of their deeds, or when that takes too long. */
export async function comeToRest(
  { applications }: Story,
  { witness }: Pick<Setting, 'witness'>,
  count?: number,
): Promise<void> {
  const isAtRest = (planned: Planned): boolean => {
    const seen = witness.application(planned.name);
    return unrest(standingAfter(planned, count), seen && stateOf(seen)) === undefined;
  };
  const allRest = (): 'rest' | undefined => (applications.every(isAtRest) ? 'rest' : undefined);
  // Who has not come to rest in the end is named by the judge.
  await until('everything comes to rest', allRest, REST_WITHIN_MS).catch(() => undefined);
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
        const isSeen = object !== undefined && isObserved(object);
        return isSeen && listingsIn(setting[name]) > listings[name] ? 'listed' : undefined;
      },
      LISTED_WITHIN_MS,
    );
  }
}

function listingsIn({ journal }: { readonly journal: readonly { readonly operation: string }[] }): number {
  return journal.filter(({ operation }) => operation === 'list').length;
}
