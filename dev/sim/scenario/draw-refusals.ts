import type { CallName, Misanswer, Strike } from '../blows.ts';
import { type SeededChance, seededChance } from '../chance.ts';
import type { Act, Planned, Scenario, Shape, Step } from './scenario.ts';

/**
 * In so many of eleven stories that have a theme, and of eleven that have none, servers say no. Eleven has no divisor in
 * common with the number of themes, nor with how often a story is watched for long: all of these meet a refusal at times.
 */
const REFUSED = { every: 11, themed: [7], free: [0, 2, 9] } as const;

const READS: readonly (readonly [weight: number, kind: string])[] = [
  [2, 'get secrets'],
  [1, 'get namespaces'],
  [1, 'get oauthapplications'],
  [1, 'get clusteroauthproviders'],
  [1, 'get leases'],
  [1, 'list secrets'],
  [1, 'list oauthapplications'],
  [1, 'list'],
  [1, 'watch'],
  [1, 'watch secrets'],
];

const WRITES: readonly (readonly [weight: number, kind: string])[] = [
  [3, 'create secrets'],
  [2, 'replace secrets'],
  [2, 'dry-run secrets'],
  [1, 'delete secrets'],
  [4, 'replace oauthapplications/status'],
  [3, 'patch oauthapplications'],
  [2, 'replace clusteroauthproviders/status'],
  [1, 'patch clusteroauthproviders'],
  [1, 'create leases'],
  [2, 'replace leases'],
  [1, 'create events'],
];

const CALLS = {
  logi: ['create', 'rotate', 'update', 'delete', 'list', 'show'],
  logto: [
    'create',
    'create-secret',
    'delete-secret',
    'merge-custom-data',
    'delete',
    'list',
    'list-secrets',
    'show',
    'token',
  ],
} as const satisfies Record<Planned['provider'], readonly string[]>;

const SECOND_MS = 1_000;

/** The story, and what servers refuse in it: once, or for as long as a right or a policy takes to be put right. */
export function withRefusals(scenario: Scenario, plot: 'themed' | 'free'): Scenario {
  const { seed, shape, steps } = scenario;
  const rests: readonly number[] = REFUSED[plot];
  if (!rests.includes(seed % REFUSED.every)) return scenario;
  const chance = seededChance(seed).fork('refusals');
  const atApi = Array.from({ length: chance.between(1, 3) }, () => anywhen(strike(drawAtApi(chance)), shape, chance));
  const atProvider = chance.happens(0.5) ? [anywhen(drawAtProvider(shape, chance), shape, chance)] : [];
  const told = { ...scenario, steps: inOrder([...steps, ...atApi, ...atProvider]) };
  const mayRefuseNames = plot === 'free' && shape.clusters === 1 && steps.some(({ act }) => appliesAtLogi(act, shape));
  return mayRefuseNames && chance.happens(0.5) ? withNamesRefused(told, chance) : told;
}

/** RBAC and admission refuse what they are asked; only what is written can make no sense. */
function drawAtApi(chance: SeededChance): Strike {
  const forMs = chance.happens(0.5) ? chance.between(10, 180) * SECOND_MS : undefined;
  const isRead = chance.happens(0.35);
  const kind = chance.weighted(isRead ? READS : WRITES);
  const as = chance.weighted<Misanswer>([
    [3, 'forbidden'],
    [1, 'unauthorized'],
    [isRead ? 0 : 2, 'denied'],
    [isRead || kind.startsWith('delete') ? 0 : 3, 'unprocessable'],
  ]);
  return refusal({ side: 'api', kind }, as, chance, forMs);
}

/** A token that is accepted no more, or the credentials. */
function drawAtProvider({ applications }: Shape, chance: SeededChance): Act {
  const site = chance.oneOf(applications).provider;
  const forMs = chance.between(60, 240) * SECOND_MS;
  if (chance.happens(0.4)) return { type: 'outage', site, how: 'unauthorized', forMs };
  const kind = `${site} ${chance.oneOf<string>(CALLS[site])}`;
  return strike(refusal({ side: 'provider', kind }, 'unauthorized', chance));
}

function refusal(on: CallName, as: Misanswer, chance: SeededChance, forMs?: number): Strike {
  const skip = chance.happens(0.6) ? 0 : chance.between(1, 3);
  return { on, skip, blow: { type: 'misanswered', when: 'before', as }, forMs };
}

/** What people leave behind under a name keeps the next registration from it, and only they can help that. */
function leavesNames(act: Act): boolean {
  switch (act.type) {
    case 'console':
    case 'restore':
    case 'restore-object':
    case 'tamper-status':
      return true;
    case 'ask':
      return act.forWhat === 'register-anew';
    case 'edit':
      return act.to === 'provider' || act.to === 'secret-name';
    case 'tamper-secret':
      // A registration that is retained is found by its Secret.
      return act.how !== 'other-value' && act.how !== 'drop-key';
    case 'apply':
    case 'ask-again':
    case 'workload':
    case 'delete':
    case 'backup':
    case 'clock':
    case 'process':
    case 'api-down':
    case 'outage':
    case 'watches':
    case 'strike':
      return false;
  }
}

/**
 * A logi that takes a name once, something before it that repeats the first create (protocol O5), and sometimes a person who
 * does not wait for what comes of it.
 */
function withNamesRefused({ steps, shape, ...story }: Scenario, chance: SeededChance): Scenario {
  const struck = strike({ on: { side: 'provider', kind: 'logi create' }, skip: 0, blow: { type: 'twice' } });
  const [first] = steps.filter(({ act }) => appliesAtLogi(act, shape));
  const afterMs = chance.between(1, 20) * SECOND_MS;
  const deleted: readonly Step[] =
    first?.act.type === 'apply' && chance.happens(0.7)
      ? [{ atMs: first.atMs + afterMs, act: { type: 'delete', application: first.act.application } }]
      : [];
  return {
    ...story,
    shape: { ...shape, names: 'apart', logi: 'refused-by-name' },
    steps: inOrder([{ atMs: 0, act: struck }, ...steps.filter(({ act }) => !leavesNames(act)), ...deleted]),
  };
}

function appliesAtLogi(act: Act, { applications }: Shape): boolean {
  return act.type === 'apply' && applications[act.application]?.provider === 'logi';
}

function strike(struck: Strike): Act {
  return { type: 'strike', strike: struck };
}

function anywhen(act: Act, { activeMs }: Shape, chance: SeededChance): Step {
  return { atMs: chance.happens(0.4) ? 0 : chance.between(0, activeMs), act };
}

function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => a.atMs - b.atMs);
}
