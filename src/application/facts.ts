import type { OAuthApplication } from '../api/application.ts';
import { FINALIZERS } from '../api/names.ts';
import type { Facts } from './ports/applications.ts';

/**
 * The durable part of the status. Our own paths take the id away together with what proves it and with what they say of its
 * Secret: where any of that is there without the id somebody took it away, and the rest counts as lost with it (protocol O2, R1).
 */
export function factsOf({ status }: OAuthApplication): Facts {
  if (status === undefined) return {};
  const isTorn = status.applicationId === undefined && (status.clientId ?? status.seal ?? status.secret) !== undefined;
  return isTorn ? withoutRegistration(status) : status;
}

/** What is known of requests and operations whatever was registered. */
function withoutRegistration({ operation, served, births, anew, formerSecrets }: Facts): Facts {
  return { operation, served, births, anew, formerSecrets };
}

/**
 * Whether nothing was registered yet, as far as the status says, nor given up: a Secret with our seal may know more, where a
 * process died between the two (protocol S1, R1).
 */
export function saysNothingYet({ provider, applicationId, anew }: Facts): boolean {
  return provider === undefined || (applicationId === undefined && (anew ?? 0) === 0);
}

export function hasFinalizer({ metadata }: OAuthApplication): boolean {
  return metadata.finalizers?.includes(FINALIZERS.registration) === true;
}
