import type { IssuedSecret } from '../../idp/provider.ts';
import type { CurrentSecret, IssuedView } from '../observed.ts';
import type { Facts } from '../ports/applications.ts';
import type { ReadyProvider } from '../ports/provider.ts';
import type { Seals } from '../ports/seals.ts';

/** What secrets are told apart by. */
export interface SecretNaming {
  readonly installation: Seals['installation'];
  readonly firstSecretNames: ReadyProvider['firstSecretNames'];
  /** Whose the first secret is while it is not in use: ours where we made the registration. */
  readonly firstSecret: 'ours' | 'anybodys';
  readonly fingerprint: (secret: IssuedSecret) => string;
}

/** The first secret of a registration; a provider that makes one by itself gives it a name of its own. */
const FIRST_SERIAL = 1;

/** What a serial is counted on from. Anybody who may write the Secret can write one of its annotations, too. */
const LARGEST_BELIEVED = 99_999_999;

/** The serial that a Secret's annotation names, as far as it can be one. */
export function believed(serial: number): number {
  return serial <= LARGEST_BELIEVED ? serial : FIRST_SERIAL;
}

/** The name of the secret with this serial, so that a repeated mint is the same mint (protocol T2). */
export function secretNameAt(serial: number, installation: string): string {
  return `${prefixOf(installation)}${serial}`;
}

/**
 * Which of a registration's secrets is in use, and which are over (protocol T2). Pure.
 *
 * Ours are those with our name; the highest of them is current. A registration's own first secret comes before them,
 * and what a person made beside them counts only while its value is the one that was delivered.
 */
export function issuedView(
  secrets: readonly IssuedSecret[],
  noted: Facts['secret'],
  naming: SecretNaming,
  nowMs: number,
): IssuedView {
  const ours = secrets.flatMap((secret) => {
    const serial = serialOf(secret.name, naming);
    return serial === undefined ? [] : [{ ...secret, serial }];
  });
  const usable = ours.filter((secret) => isUsable(secret, nowMs));
  const newest = usable.toSorted((one, other) => other.serial - one.serial)[0];
  const delivered = deliveredOf(secrets, noted, naming, nowMs);
  const isNewer = newest !== undefined && newest.serial >= (noted?.serial ?? 0);
  const current = delivered ?? (isNewer ? newest : undefined);
  const highest = Math.max(0, ...ours.map(({ serial }) => serial));
  const superseded = ours
    .filter(({ name, serial }) => serial < (current?.serial ?? 0) && isOver(name, naming))
    .map(({ name }) => name);
  const previous = secrets.find(({ name }) => name === noted?.previous && name !== current?.name);
  return {
    current,
    isDelivered: delivered !== undefined,
    highest,
    superseded,
    replaceable: replaceableBy(ours, current, naming),
    previous: previous !== undefined && isUsable(previous, nowMs) ? previous : undefined,
  };
}

/** One that was issued and never delivered goes with the others. */
function replaceableBy(
  ours: readonly CurrentSecret[],
  current: CurrentSecret | undefined,
  naming: SecretNaming,
): readonly string[] {
  const others = ours.map(({ name }) => name).filter((name) => name !== current?.name && isOver(name, naming));
  const isOurs = ours.some(({ name }) => name === current?.name);
  return current !== undefined && isOurs ? [current.name, ...others] : others;
}

/** A first secret that somebody else may use is left alone. */
function isOver(name: string, { firstSecret, firstSecretNames }: SecretNaming): boolean {
  return firstSecret === 'ours' || !firstSecretNames.has(name);
}

function isUsable({ expiresAtMs }: IssuedSecret, nowMs: number): boolean {
  return expiresAtMs === undefined || expiresAtMs > nowMs;
}

/** The very value that stands in the status by its fingerprint. */
function deliveredOf(
  secrets: readonly IssuedSecret[],
  noted: Facts['secret'],
  { fingerprint }: SecretNaming,
  nowMs: number,
): CurrentSecret | undefined {
  if (noted?.fingerprint === undefined) return undefined;
  const found = secrets.find((secret) => fingerprint(secret) === noted.fingerprint);
  return found !== undefined && isUsable(found, nowMs) ? { ...found, serial: noted.serial } : undefined;
}

function serialOf(name: string, { installation, firstSecretNames }: SecretNaming): number | undefined {
  if (firstSecretNames.has(name)) return FIRST_SERIAL;
  const prefix = prefixOf(installation);
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[1-9][0-9]{0,14}$/.test(digits) ? Number(digits) : undefined;
}

function prefixOf(installation: string): string {
  return `k8s-${installation}-`;
}
