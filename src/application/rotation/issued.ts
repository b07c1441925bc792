import type { Inspection, IssuedSecret } from '../../idp/provider.ts';
import { wasBornOurs } from '../marks.ts';
import type { CurrentSecret, IssuedView } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { ReadyProvider } from '../ports/provider.ts';
import type { Seals } from '../ports/seals.ts';
import { inARow } from '../wording.ts';
import { predecessorIn, type Superseded } from './retiring.ts';

/** What secrets are told apart by. */
export interface SecretNaming {
  readonly installation: Seals['installation'];
  readonly firstSecretNames: ReadyProvider['firstSecretNames'];
  /** Whose the first secret is where the status knows nothing of it: ours where we made the registration. */
  readonly firstSecret: 'ours' | 'anybodys';
  readonly fingerprint: (secret: IssuedSecret) => string;
}

/** The first secret of a registration; a provider that makes one by itself gives it a name of its own. */
export const FIRST_SERIAL = 1;

/** What a serial is counted on from. Anybody who may write the Secret can write one of its annotations, too. */
const LARGEST_BELIEVED = 99_999_999;

/** The serial that a Secret's annotation names, as far as it can be one. */
export function credibleSerial(serial: number): number {
  return serial <= LARGEST_BELIEVED ? serial : FIRST_SERIAL;
}

/** The name of the secret with this serial, so that a repeated mint is the same mint (protocol T2). */
export function secretNameAt(serial: number, installation: string): string {
  return `${prefixOf(installation)}${serial}`;
}

/** Which of the registration's secrets is in use (protocol T2); `undefined` where that cannot be read, or there are none. */
export function issuedOf({ registration, secrets }: Inspection, facts: Facts, pass: Pass): IssuedView | undefined {
  const { ports, provider, desired } = pass;
  if (provider.manners.secrets !== 'readable' || desired.clientKind === 'public') return undefined;
  const { clientId = '' } = facts;
  const naming: SecretNaming = {
    installation: ports.seals.installation,
    firstSecretNames: provider.firstSecretNames,
    firstSecret: wasBornOurs(registration.mark) ? 'ours' : 'anybodys',
    fingerprint: ({ value }: IssuedSecret): string => ports.seals.fingerprint({ clientId, clientSecret: value }),
  };
  return issuedView(secrets, facts, naming, ports.clusterTime());
}

/**
 * Which of a registration's secrets is in use, and which are over (protocol T2). Pure.
 *
 * Ours are those with our name; the highest of them is current. A registration's own first secret comes before them,
 * and what a person made beside them counts only while its value is the one that was delivered.
 */
export function issuedView(
  secrets: readonly IssuedSecret[],
  facts: Pick<Facts, 'secret' | 'rotation'>,
  naming: SecretNaming,
  nowMs: number,
): IssuedView {
  const { secret: noted, rotation } = facts;
  const usable = secrets.filter((secret) => isUsable(secret, nowMs));
  const ours = oursIn(secrets, naming);
  const newest = ours.find((secret) => isUsable(secret, nowMs));
  const delivered = deliveredOf(usable, noted, naming);
  const isNewer = newest !== undefined && newest.serial >= (noted?.serial ?? 0);
  const current = delivered ?? (isNewer ? newest : undefined);
  const superseded = ours.filter(
    // The one in use may bear any name: somebody may have given it that of one before it.
    (secret) =>
      secret.name !== current?.name && secret.serial < (current?.serial ?? 0) && isOver(secret, facts, naming),
  );
  const replaceable = replaceableBy(ours, current, facts, naming);
  // Where the status knows of none, the last of those that are over was in use before.
  const previous = predecessorIn(rotation)?.name ?? superseded[0]?.name;
  return {
    current,
    isDelivered: delivered !== undefined,
    highest: ours[0]?.serial ?? 0,
    superseded: superseded.map((secret) => asSuperseded(secret, naming)),
    replaceable: replaceable.map((secret) => asSuperseded(secret, naming)),
    leftAlone: usable.map(({ name }) => name).filter((name) => !replaceable.some((over) => over.name === name)),
    previous: usable.find(({ name }) => name === previous && name !== current?.name),
  };
}

/** Those with our name, and the first ones; the highest first. */
function oursIn(secrets: readonly IssuedSecret[], naming: SecretNaming): readonly CurrentSecret[] {
  return secrets
    .flatMap((secret) => {
      const serial = serialOf(secret.name, naming);
      return serial === undefined ? [] : [{ ...secret, serial }];
    })
    .toSorted((one, other) => other.serial - one.serial);
}

function asSuperseded(secret: IssuedSecret, { fingerprint }: SecretNaming): Superseded {
  return { name: secret.name, fingerprint: fingerprint(secret) };
}

/** The end of a sentence about `current` that says what works beside it and is none of ours; empty where nothing does. */
export function besides(leftAlone: readonly string[], current: Pick<IssuedSecret, 'name'> | undefined): string {
  const names = leftAlone.filter((name) => name !== current?.name);
  return names.length === 0 ? '' : `; left alone, and working still: ${inARow(names)}`;
}

/** What the next one takes the place of. One that was issued and never delivered goes with the others. */
function replaceableBy(
  ours: readonly CurrentSecret[],
  current: CurrentSecret | undefined,
  facts: Pick<Facts, 'secret' | 'rotation'>,
  naming: SecretNaming,
): readonly CurrentSecret[] {
  const isCurrent = ({ name }: IssuedSecret): boolean => name === current?.name;
  const isFirst = ({ name }: IssuedSecret): boolean => naming.firstSecretNames.has(name);
  // The first secrets of a registration that was adopted go together: its users may have any of them.
  const isFirstOver = (facts.secret?.serial ?? 0) === 0 || (current !== undefined && isFirst(current));
  const others = ours.filter(
    (secret) => !isCurrent(secret) && (isOver(secret, facts, naming) || (isFirstOver && isFirst(secret))),
  );
  return [...ours.filter(isCurrent), ...others];
}

/** A first secret that somebody else may use is left alone until a rotation has taken its place. */
function isOver(
  { name }: IssuedSecret,
  { rotation }: Pick<Facts, 'rotation'>,
  { firstSecret, firstSecretNames }: SecretNaming,
): boolean {
  if (firstSecret === 'ours' || !firstSecretNames.has(name)) return true;
  return rotation?.retiring?.some((entry) => entry.name === name) === true;
}

function isUsable({ expiresAtMs }: IssuedSecret, nowMs: number): boolean {
  return expiresAtMs === undefined || expiresAtMs > nowMs;
}

/** The very value that stands in the status by its fingerprint. */
function deliveredOf(
  usable: readonly IssuedSecret[],
  noted: Facts['secret'],
  { fingerprint }: SecretNaming,
): CurrentSecret | undefined {
  if (noted?.fingerprint === undefined) return undefined;
  const found = usable.find((secret) => fingerprint(secret) === noted.fingerprint);
  return found && { ...found, serial: noted.serial };
}

/**
 * Whether this can be a superseded secret (protocol T2), whatever a status says of it: neither the one in use nor what a
 * person made beside it. Pure.
 */
export function isSuperseded(
  { name, fingerprint }: Superseded,
  inUse: string | undefined,
  naming: Pick<SecretNaming, 'installation' | 'firstSecretNames'>,
): boolean {
  return serialOf(name, naming) !== undefined && (fingerprint === undefined || fingerprint !== inUse);
}

function serialOf(
  name: string,
  { installation, firstSecretNames }: Pick<SecretNaming, 'installation' | 'firstSecretNames'>,
): number | undefined {
  if (firstSecretNames.has(name)) return FIRST_SERIAL;
  const prefix = prefixOf(installation);
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[1-9][0-9]{0,14}$/.test(digits) ? Number(digits) : undefined;
}

function prefixOf(installation: string): string {
  return `k8s-${installation}-`;
}
