import type { Redacted } from '../../credentials.ts';
import type { IssuedSecret } from '../../idp/provider.ts';
import type { Desired } from '../desired.ts';
import type { Facts } from '../ports/applications.ts';
import type { StoredSecret } from '../ports/secrets.ts';

/** A superseded secret, by its name at the provider. */
export interface Previous {
  readonly name: string;
  readonly value: Redacted;
}

/** Where the value of a superseded secret may be had: as the provider shows it, or out of a Secret that holds it. */
interface Sources {
  readonly shown?: IssuedSecret | undefined;
  readonly held?: Redacted | undefined;
}

/** Whether the spec has a key for the superseded secret. */
export function asksForPrevious({ content }: Desired): boolean {
  return content.keys.previousClientSecret !== undefined;
}

/**
 * What is written along with a secret that took the place of the one called `name`, which works still; `undefined` where
 * nothing is. Pure.
 */
export function previousFor(desired: Desired, name: string | undefined, sources: Sources): Previous | undefined {
  if (name === undefined || !asksForPrevious(desired)) return undefined;
  const { shown, held } = sources;
  const value = shown?.name === name ? shown.value : held;
  return value && { name, value };
}

/** The value that our Secret holds of the superseded secret of this name. */
export function heldIn(
  stored: StoredSecret | undefined,
  name: string | undefined,
  { secret }: Facts,
): Redacted | undefined {
  return name !== undefined && secret?.previous === name ? stored?.previous : undefined;
}
