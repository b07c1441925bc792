import { excuses, holdersOf } from './excuses.ts';
import type { History } from './histories.ts';
import type { Planned } from './story.ts';
import { type FoundState, unrest } from './unrest.ts';

/** What was found when a round had come to rest: all that {@link judge} goes by. */
export interface Evidence {
  /** What people want of each object in the end, by its name; those that they deleted are not in it. */
  readonly wanted: readonly Wanted[];
  /** The objects that there are. */
  readonly objects: readonly FoundObject[];
  /** What the operator has registered at both providers and is still there; what people made by hand is not in it. */
  readonly registrations: readonly FoundRegistration[];
  /** What people made by hand before the round, in whole and as JSON. `after` is `undefined` for what is gone. */
  readonly byHand: readonly { readonly what: string; readonly before: string; readonly after: string | undefined }[];
  /** Client ids of each object as they were seen. */
  readonly histories: readonly History[];
  /** The objects that an API server let go while they were being registered. */
  readonly letGo: readonly LetGo[];
  /** What others may read: logs, statuses, Events. */
  readonly texts: readonly { readonly place: string; readonly text: string }[];
  /** What must stand in none of them. */
  readonly secrets: readonly { readonly what: string; readonly value: string }[];
  /** Processes of the operator that ended for no reason. */
  readonly falls: readonly string[];
}

/** What people want of an object in the end. */
export interface Wanted {
  readonly name: string;
  readonly type: Planned['type'];
  /** Their last request for another secret. */
  readonly token: string | undefined;
  /** What is to be said at the provider. */
  readonly registration: { readonly name: string; readonly redirectUris: readonly string[] };
}

export interface FoundObject extends FoundState {
  readonly name: string;
  readonly provider: Planned['provider'];
  readonly applicationId: string | undefined;
  readonly clientId: string | undefined;
  readonly secret: FoundSecret | undefined;
}

export interface FoundSecret {
  readonly clientId: string | undefined;
  readonly holds: 'a value' | 'no value';
  /** Whether client id and value log in at the provider. */
  readonly logsIn: 'yes' | 'no';
}

export interface FoundRegistration {
  readonly provider: Planned['provider'];
  readonly id: string;
  readonly clientId: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  /** The operation in its mark, empty where that is nobody's by now; the name where there is no mark. */
  readonly birth: string | undefined;
}

/** An object that went although its finalizer had been added, and what its open operation asked the provider for. */
export interface LetGo {
  readonly name: string;
  readonly provider: Planned['provider'];
  readonly displayName: string;
  /** As the registration says it, if there is one. */
  readonly birth: string | undefined;
}

export type Invariant = (typeof INVARIANTS)[number];

/** What must hold after every round. */
export const INVARIANTS = [
  'comes to rest',
  'no duplicate',
  'no stray',
  'no lost secret',
  'no changed client id',
  'nothing lost of a spec',
  'nothing of others touched',
  'no secret in the open',
  'no fall',
] as const;

/** A promise that was broken, in a sentence that names no secret. */
export interface Breach {
  readonly invariant: Invariant;
  readonly sentence: string;
}

const BASE64_PREFIX = 12;

/** Everything that was broken. Pure. */
export function judge(evidence: Evidence): readonly Breach[] {
  return [
    ...rest(evidence),
    ...registrations(evidence),
    ...evidence.objects.flatMap((object) => credentials(object, evidence)),
    ...evidence.objects.flatMap((object) => content(object, evidence)),
    ...histories(evidence),
    ...byHand(evidence),
    ...secrecy(evidence),
    ...evidence.falls.map((fall) => ({ invariant: 'no fall', sentence: fall }) as const),
  ];
}

function rest({ wanted, objects }: Evidence): readonly Breach[] {
  const names = new Set([...wanted, ...objects].map(({ name }) => name));
  return [...names].flatMap((name) => {
    const why = unrest(
      wanted.find((each) => each.name === name),
      objects.find((each) => each.name === name),
    );
    return why === undefined ? [] : [{ invariant: 'comes to rest', sentence: `${name} ${why}` } as const];
  });
}

/** One registration per object, and none without. */
function registrations(evidence: Evidence): readonly Breach[] {
  const { wanted, objects, registrations } = evidence;
  const breaches: Breach[] = [];
  const excused = new Set(excuses(evidence).map(({ left }) => left));
  const named = new Set(wanted.map(({ registration }) => registration.name));
  for (const registration of registrations) {
    const { provider, id, name } = registration;
    const holders = holdersOf(registration, objects);
    const where = `${provider} ${id} (${name})`;
    if (holders.length > 1) {
      const names = holders.map((holder) => holder.name).join(' and ');
      breaches.push({ invariant: 'no duplicate', sentence: `${where} is held by ${names}` });
    }
    if (holders.length > 0 || excused.has(registration)) continue;
    const isTwin = named.has(name.replace(/ \[k8s [0-9a-f]+\]$/, ''));
    breaches.push({ invariant: isTwin ? 'no duplicate' : 'no stray', sentence: `${where} is held by no object` });
  }
  return breaches;
}

function credentials(object: FoundObject, { wanted }: Evidence): readonly Breach[] {
  const { name, isReady, clientId, secret } = object;
  const type = wanted.find((each) => each.name === name)?.type;
  const breach = (sentence: string): readonly Breach[] => [{ invariant: 'no lost secret', sentence }];
  if (isReady === 'no' || type === undefined) return [];
  if (secret === undefined) return breach(`${name} has no Secret`);
  if (secret.clientId !== clientId)
    return breach(`the Secret of ${name} holds ${secret.clientId}, and not ${clientId}`);
  if (type === 'SinglePage') return secret.holds === 'no value' ? [] : breach(`the Secret of ${name} holds a value`);
  return secret.logsIn === 'yes' ? [] : breach(`the credentials in the Secret of ${name} do not log in`);
}

function content(object: FoundObject, { wanted, registrations }: Evidence): readonly Breach[] {
  const { name, provider, applicationId, clientId } = object;
  const want = wanted.find((each) => each.name === name)?.registration;
  if (want === undefined || object.isReady === 'no') return [];
  const found = registrations.find((each) => each.provider === provider && each.id === applicationId);
  const breach = (sentence: string): readonly Breach[] => [{ invariant: 'nothing lost of a spec', sentence }];
  if (found === undefined) return breach(`${name} is Ready, and ${provider} has no ${applicationId}`);
  if (found.clientId !== clientId) return breach(`${name} says ${clientId}, and ${provider} ${found.clientId}`);
  const said = JSON.stringify([found.name, found.redirectUris]);
  const meant = JSON.stringify([want.name, want.redirectUris]);
  return said === meant ? [] : breach(`${provider} ${applicationId} says ${said}, and ${name} wants ${meant}`);
}

function histories({ histories }: Evidence): readonly Breach[] {
  return histories
    .filter(({ clientIds }) => clientIds.length > 1)
    .map(({ name, uid, clientIds }) => ({
      invariant: 'no changed client id',
      sentence: `${name} (${uid}) had ${clientIds.join(', then ')}`,
    }));
}

function byHand({ byHand }: Evidence): readonly Breach[] {
  return byHand.flatMap(({ what, before, after }) => {
    if (before === after) return [];
    const sentence = after === undefined ? `${what} is gone` : `${what} is not what it was`;
    return [{ invariant: 'nothing of others touched', sentence } as const];
  });
}

function secrecy({ texts, secrets }: Evidence): readonly Breach[] {
  return texts.flatMap(({ place, text }) =>
    secrets
      .filter(({ value }) => text.includes(value) || text.includes(encoded(value)))
      .map(({ what }) => ({ invariant: 'no secret in the open', sentence: `${place} holds ${what}` }) as const),
  );
}

/** How the value begins in base64, whatever follows it. */
function encoded(value: string): string {
  return Buffer.from(value).toString('base64').slice(0, BASE64_PREFIX);
}
