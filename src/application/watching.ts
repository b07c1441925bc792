import { mayAdopt } from './access.ts';
import { foundValue, pathOf, wantedValue } from './enforced.ts';
import { registrationOrGone } from './observe-registration.ts';
import { claimantOf, type Pass } from './pass.ts';
import type { Facts } from './ports.ts';
import { type Standing, stalledAs } from './step.ts';

type Plan = NonNullable<Facts['plan']>;

/** Bounds of `status.plan`. */
const MOST_CHANGES = 50;
const LONGEST_TEXT = 1024;

/**
 * Looks at a registration and says what `management: Full` would change. Writes nothing, and holds no id (protocol A3).
 *
 * The same gate as for adoption: what the provider object does not list under `access.adoptable` is not shown either.
 */
export async function watch(pass: Pass): Promise<Standing> {
  const { desired, access, provider, signal } = pass;
  const { adopt, metadata } = desired;
  if (adopt === undefined) {
    return watched([{ path: 'type', to: clipped(metadata.type) }], 'A registration would be created');
  }
  const { applicationId } = adopt;
  if (!mayAdopt(access, applicationId)) {
    return stalledAs(
      'AccessDenied',
      'spec.adopt.applicationId: the provider object does not list it under access.adoptable',
    );
  }
  const found =
    provider.known(applicationId) ?? (await registrationOrGone(applicationId, claimantOf(pass), provider, signal));
  if (found === undefined) {
    return stalledAs(
      'AdoptionRefused',
      `spec.adopt.applicationId: the provider holds no registration ${applicationId}`,
    );
  }
  const changes = provider.differences(metadata, found).map((field) => ({
    path: pathOf(field),
    from: clipped(foundValue(field, found)),
    to: clipped(wantedValue(field, metadata)),
  }));
  const message =
    changes.length === 0 ? 'Nothing would change' : `Would change ${changes.map(({ path }) => path).join(', ')}`;
  return watched(changes, message);
}

function watched(plan: Plan, message: string): Standing {
  return { type: 'watched', plan: plan.slice(0, MOST_CHANGES), message: `spec.management is Observe. ${message}` };
}

function clipped(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, LONGEST_TEXT).toWellFormed();
}
