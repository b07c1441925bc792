import { wantedDigest } from '../observe/inspection.ts';
import type { IssuedView } from '../observed.ts';
import { factsOf, type Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import { superseding } from '../rotation/retiring.ts';

/** What was found agrees with the spec, or was brought to it; the next look is a deep resync away. */
export async function noteInspection(pass: Pass, issued: IssuedView | undefined): Promise<void> {
  const { subject, desired, ports } = pass;
  const { secret, rotation } = factsOf(subject.application());
  await subject.record({
    ...inspectedNow(pass, wantedDigest(pass)),
    ...(issued === undefined || secret === undefined
      ? {}
      : {
          // A secret that has ended is not shown as current, and has its end still.
          secret: issued.current === undefined ? secret : { ...secret, expiresAt: timeOf(issued.current.expiresAtMs) },
          rotation: superseding(rotation, issued.superseded, desired.overlap, ports.clusterTime()),
        }),
  });
}

/** The record of a look just taken. `wanted`: digest over what the registration agrees with. */
export function inspectedNow({ ports, provider }: Pass, wanted: string): Pick<Facts, 'inspected'> {
  if (provider.unlisted.size === 0) return {};
  return { inspected: { at: new Date(ports.clusterTime()).toISOString(), wanted } };
}

function timeOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
