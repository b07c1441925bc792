import { Blocked } from './blocked.ts';
import { claimsOf, factsOf, type Pass } from './pass.ts';

/**
 * Protocol I2: before a registration is changed, the seal has to prove that it was registered for this object. Where
 * RBAC is lax a tenant can write a status, and with it another's id.
 *
 * @throws Blocked
 */
export async function proveOurs(pass: Pass): Promise<void> {
  const { subject, ports } = pass;
  const { applicationId, provider, seal } = factsOf(subject.application());
  if (applicationId === undefined || provider === undefined) return;
  switch (ports.seals.verify(seal, await claimsOf(pass, provider.identity, applicationId))) {
    case 'valid':
      return;
    case 'foreign-version':
      throw new Blocked(
        'ForeignVersion',
        'A later release of the operator sealed the status, and this one touches nothing',
      );
    case 'invalid':
      throw new Blocked(
        'SealInvalid',
        `status.seal does not prove that ${applicationId} was registered for this object`,
      );
  }
}

/** The seal for a registration of this object (protocol I2). */
export async function sealOf(pass: Pass, applicationId: string): Promise<string> {
  const { provider, ports } = pass;
  return ports.seals.seal(await claimsOf(pass, provider.identity, applicationId));
}
