import type { WireRequest } from '../../src/idp/http.ts';
import type { Answer } from '../emulators/delivery.ts';
import type { Core } from '../emulators/emulator.ts';
import { createLogi, type Logi } from '../emulators/logi/core.ts';
import type { Switches as LogiSwitches } from '../emulators/logi/switches.ts';
import { createLogto, type Logto } from '../emulators/logto/core.ts';
import type { SeededChance } from './chance.ts';
import type { Life } from './life.ts';
import { ORIGINS } from './manifests.ts';
import { ROLES } from './privileges.ts';
import { simulatedProvider } from './provider.ts';
import type { ProviderSite } from './provider-sockets.ts';
import type { LogiForm, Outage, Shape } from './scenario/scenario.ts';
import type { Scheduler } from './scheduler.ts';

/** One tenant of each identity provider, which all clusters share. */
export interface Tenants {
  readonly logi: Logi;
  readonly logto: Logto;
  readonly sites: readonly ProviderSite[];
  /** `undefined`: it serves. */
  setOutage(site: SiteName, outage: Outage | undefined): void;
}

export type SiteName = 'logi' | 'logto';

/** A request on its way, as a tenant knows it. */
export type ProviderNews = {
  readonly site: SiteName;
  readonly operation: string;
  readonly request: WireRequest;
} & ({ readonly type: 'sent' | 'asked' | 'settled' } | { readonly type: 'served'; readonly answer: Answer });

export interface TenantsOptions {
  readonly scheduler: Scheduler;
  readonly chance: SeededChance;
  readonly startMs: number;
  readonly shape: Shape;
  readonly tell: (news: ProviderNews, life: Life) => void;
}

/** By how much a listing of logi lags where it does. */
export const LIST_LAG_MS = 4_000;

const FORMS: Readonly<Record<LogiForm, Partial<LogiSwitches>>> = {
  'as-documented': {},
  wrapped: { answers: 'wrapped', ids: 'text', list: 'applications' },
  'html-not-found': { notFoundForm: 'html' },
  'secret-withheld': { createSecret: 'withheld' },
  'lagging-list': { listLagMs: LIST_LAG_MS },
  paged: { paging: 'page', pageSize: 2, pagingHint: 'total' },
  'found-by-name': { sameName: 'found' },
  'refused-by-name': { sameName: 'refused', deletedNames: 'free' },
  'one-passes': { concurrentCreates: 'one-passes' },
};

/** Both tenants, empty, without limits on what may be called. */
export function createTenants({ scheduler, chance, startMs, shape, tell }: TenantsOptions): Tenants {
  const now = (): number => startMs + shape.providerSkewMs + scheduler.now();
  const clock = {
    now,
    monotonic: () => scheduler.now(),
    setTimer: (callback: () => void, ms: number) => scheduler.after(ms, callback),
  };
  const logi = createLogi({
    clock,
    chance: chance.fork('logi'),
    switches: { limits: 'off', riskFlags: 'never', updateLists: shape.logiLists ?? 'taken', ...FORMS[shape.logi] },
  });
  const logto = createLogto({ clock, chance: chance.fork('logto'), switches: { limits: 'off' } });
  if (shape.applications.some(({ privileges }) => privileges === 'roles')) {
    for (const name of ROLES) logto.addRole({ id: name, name });
  }

  const outages = new Map<SiteName, Outage>();

  function site<Operation extends string, Note extends object>(
    name: SiteName,
    core: Core<Operation, Note>,
  ): ProviderSite {
    return {
      name,
      origin: ORIGINS[name],
      provider: simulatedProvider(core, '192.0.2.1'),
      state: (operation) => stateIn(outages.get(name), `${name} ${operation}`),
      onSent: (operation, request, life) => tell({ type: 'sent', site: name, operation, request }, life),
      onRequest: (operation, request, life) => tell({ type: 'asked', site: name, operation, request }, life),
      onServed: (operation, request, answer, life) =>
        tell({ type: 'served', site: name, operation, request, answer }, life),
      onSettled: (operation, request, life) => tell({ type: 'settled', site: name, operation, request }, life),
    };
  }

  return {
    logi,
    logto,
    sites: [site('logi', logi), site('logto', logto)],
    setOutage(name, outage) {
      if (outage === undefined) outages.delete(name);
      else outages.set(name, outage);
    },
  };
}

/** Where applications log in, with credentials of their own. */
const LOGINS: ReadonlySet<string> = new Set(['logi token', 'logto introspect']);

/** One that is full refuses what would be one more, and nothing else; one that does not know the operator still knows others. */
function stateIn(outage: Outage | undefined, call: string): 'up' | Outage {
  switch (outage) {
    case undefined:
      return 'up';
    case 'full':
      return call.endsWith(' create') ? outage : 'up';
    case 'unauthorized':
      return LOGINS.has(call) ? 'up' : outage;
    case 'away':
    case 'unavailable':
    case 'denied':
    case 'forbidden':
    case 'throttled':
      return outage;
  }
}
