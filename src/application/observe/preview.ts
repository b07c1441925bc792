import { foundValue, wantedValue } from '../../idp/fields.ts';
import type { Registration } from '../../idp/provider.ts';
import { claimantOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { Standing } from '../standing.ts';
import { observeCandidate } from './adoption.ts';

type Plan = NonNullable<Facts['plan']>;

/** Bounds of `status.plan`. */
const MOST_CHANGES = 50;
const LONGEST_TEXT = 1024;

/**
 * Looks at a registration and says what `management: Full` would change. Writes nothing, and holds no id (protocol A3).
 *
 * The same gate as for adoption: what may not be adopted, or belongs to another application, is not shown either.
 */
export async function preview(pass: Pass): Promise<Standing> {
  const { desired, provider } = pass;
  const { adopt, metadata } = desired;
  if (adopt === undefined) {
    return previewed([{ path: 'type', to: clipped(metadata.type) }], 'A registration would be created');
  }
  const candidate = await observeCandidate(adopt, pass);
  if (candidate.type === 'refused') return candidate.standing;
  const found = await wholeOf(candidate.registration, pass);
  const changes = provider.differences(metadata, found).map((field) => ({
    path: field,
    from: clipped(foundValue(field, found)),
    to: clipped(wantedValue(field, metadata)),
  }));
  const message =
    changes.length === 0 ? 'Nothing would change' : `Would change ${changes.map(({ path }) => path).join(', ')}`;
  return previewed(changes, message);
}

/** What a listing does not show is looked at where the spec says something of it. */
async function wholeOf(registration: Registration, pass: Pass): Promise<Registration> {
  const { provider, desired, signal } = pass;
  const isSaid = [...provider.unlisted].some((field) => wantedValue(field, desired.metadata) !== undefined);
  if (!isSaid) return registration;
  return (await provider.inspect(registration.id, claimantOf(pass), signal)).registration;
}

function previewed(plan: Plan, message: string): Standing {
  return { type: 'previewed', plan: plan.slice(0, MOST_CHANGES), message: `spec.management is Observe. ${message}` };
}

function clipped(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, LONGEST_TEXT).toWellFormed();
}
