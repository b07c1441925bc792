import { ANNOTATIONS } from '../api/names.ts';
import { desiredOf } from '../application/desired.ts';
import type { Registration } from '../idp/provider.ts';
import { compare, isMass } from './inventory.ts';
import type { ProviderPass } from './reconcile.ts';
import type { Session } from './session.ts';
import type { Verdict } from './verdict.ts';

/** How the token of `confirm-disappearance` is kept in `status.served`. */
const CONFIRMED = 'confirm-disappearance';

/** What a pass learns from its listing. `verdict` only where it must not be reported as well. */
export interface LookedOver {
  readonly differing: readonly string[];
  readonly verdict: Verdict | undefined;
}

/** Holds the listing against the applications (protocol B1, B3). */
export function lookOver(pass: ProviderPass, session: Session, registrations: readonly Registration[]): LookedOver {
  const { key, ports } = pass;
  const findings = compare(ports.providers.applications(key), registrations, session.identity, (application, found) =>
    session.differences(desiredOf(application).metadata, found).length > 0 ? 'drifts' : 'agrees',
  );
  const { differing } = findings;
  if (!isMass(findings) || isConfirmed(pass)) return { differing, verdict: undefined };
  return {
    differing,
    verdict: {
      ready: 'False',
      progress: 'stalled',
      reason: 'MassDisappearance',
      message:
        'Many registrations are missing at once: if they are really gone, set the annotation oauthapp.dev/confirm-disappearance',
      next: { type: 'back-off' },
    },
  };
}

/** Whether a person has confirmed, by a token not yet served, that what is missing is gone. */
export function isConfirmed({ provider }: Pick<ProviderPass, 'provider'>): boolean {
  const token = provider.metadata.annotations?.[ANNOTATIONS.confirmDisappearance];
  return token !== undefined && token !== provider.status?.served?.[CONFIRMED];
}
