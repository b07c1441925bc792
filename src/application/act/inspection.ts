import type { ClientMetadata } from '../../idp/provider.ts';
import { factsOf } from '../facts.ts';
import type { IssuedView } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { brokenOffIn, unlistedDigest } from '../unlisted.ts';
import { rotationSeen } from './secret.ts';

/** What was found agrees with the spec, or was brought to it; the next look is a deep resync away. */
export async function noteInspection(issued: IssuedView | undefined, pass: Pass): Promise<void> {
  const { subject, desired, ports } = pass;
  const facts = factsOf(subject.application());
  const { secret } = facts;
  ports.settling.forget(brokenOffIn(facts, pass));
  subject.note({
    ...inspectedNow(desired.metadata, pass),
    ...(issued === undefined || secret === undefined
      ? {}
      : {
          // A secret that has ended is not shown as current, and has its end still.
          secret: issued.current === undefined ? secret : { ...secret, expiresAt: timeOf(issued.current.expiresAtMs) },
          rotation: rotationSeen(issued, pass),
        }),
  });
}

/** The record of a look just taken. `said`: what the registration agrees with; `undefined`: with nothing said. */
export function inspectedNow(said: ClientMetadata | undefined, pass: Pass): Pick<Facts, 'inspected'> {
  const { ports, provider } = pass;
  if (provider.unlisted.size === 0) return {};
  const wanted = unlistedDigest(said, pass);
  return { inspected: { at: new Date(ports.clusterTime()).toISOString(), wanted } };
}

function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
