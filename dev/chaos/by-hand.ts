import type { LogiEmulator } from '../emulators/logi.ts';
import type { LogtoEmulator } from '../emulators/logto.ts';
import type { SeededChance } from '../sim/chance.ts';
import type { Evidence } from './judge.ts';
import { wantedOf } from './manifests.ts';
import type { Planned } from './story.ts';

/** Registrations that people made at the consoles, and the operator's own: none of its business. */
export interface ByHand {
  /** Ids at logi and at Logto. */
  readonly ids: { readonly logi: ReadonlySet<number>; readonly logto: ReadonlySet<string> };
  /** The values of their secrets, each with whose it is. */
  readonly secrets: Evidence['secrets'];
  /** What has become of them. */
  look(): Evidence['byHand'];
}

/** How many applications have namesakes at the consoles. */
const NAMESAKES = 12;

/**
 * Registers by hand, under names like those of the applications: their own, one that an edit will bring, and one like
 * those that registrations are born with.
 */
export function registerByHand(
  logi: LogiEmulator,
  logto: LogtoEmulator,
  applications: readonly Planned[],
  chance: SeededChance,
): ByHand {
  const names = applications
    .slice(0, NAMESAKES)
    .flatMap((planned) => [wantedOf(planned, 0).name, wantedOf(planned, 1).name, bornLike(planned, chance)]);
  const atLogi = names.map((name) => logi.createByHand(name));
  for (const name of names) logto.createByHand({ name, type: 'Traditional', customData: { team: name } });
  const secretsAtLogi = new Map(atLogi.map(({ application, clientSecret = '' }) => [application.id, clientSecret]));
  const ids = {
    logi: new Set(logi.applications().map(({ id }) => id)),
    logto: new Set(logto.applications().map(({ id }) => id)),
  };

  const stateAtLogi = (id: number): string | undefined => {
    const found = logi.applications().find((each) => each.id === id && !each.softDeleted);
    return found && JSON.stringify({ ...found, logsIn: logi.logsIn(found.clientId, secretsAtLogi.get(id) ?? '') });
  };
  const stateAtLogto = (id: string): string | undefined => {
    const found = logto.applications().find((each) => each.id === id);
    return found && JSON.stringify(found);
  };
  const look = () => [
    ...[...ids.logi].map((id) => ({ what: `logi ${id}`, state: stateAtLogi(id) })),
    ...[...ids.logto].map((id) => ({ what: `logto ${id}`, state: stateAtLogto(id) })),
  ];
  const before = new Map(look().map(({ what, state = '' }) => [what, state]));

  return {
    ids,
    secrets: [
      ...[...secretsAtLogi].map(([id, value]) => ({ what: `the secret of logi ${id}`, value })),
      ...logto
        .applications()
        .flatMap(({ id, secrets }) => secrets.map(({ value }) => ({ what: `a secret of logto ${id}`, value }))),
    ],
    look: () => look().map(({ what, state }) => ({ what, before: before.get(what) ?? '', after: state })),
  };
}

/** A temporary name, as an object of another cluster gives it. */
function bornLike(planned: Planned, chance: SeededChance): string {
  return `${wantedOf(planned, 0).name} [k8s ${Buffer.from(chance.bytes(8)).toString('hex')}]`;
}
