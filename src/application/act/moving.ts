import { factsOf } from '../facts.ts';
import { done } from '../happenings.ts';
import { bindingOf, type Pass } from '../pass.ts';
import { liveWithMark, proveSealed, proveUnheld, sealOf } from '../proof.ts';

/**
 * Protocol I4: the same registration at another address, as a person confirmed. The seal has to say so, too, and no other
 * application may have the registration there. What has none goes on where its provider object leads; a create that is
 * open settles there, and what it made is found by its mark or temporary name.
 */
export async function moveHere(pass: Pass): Promise<void> {
  const { subject, provider } = pass;
  const { applicationId, clientId, operation } = factsOf(subject.application());
  if (applicationId === undefined) {
    await subject.record({ provider: bindingOf(provider) });
    const why = operation === undefined ? 'no registration was left behind' : 'confirmed, with a create that is open';
    subject.tell(done('Moved', 'Move', `Goes on at ${provider.identity}, as ${why}`));
    return;
  }
  await proveSealed(pass);
  await proveUnheld(applicationId, pass);
  if (provider.naming === 'Marked') await liveWithMark(applicationId, 'own', pass);
  await subject.record({ provider: bindingOf(provider), seal: await sealOf(applicationId, clientId, pass) });
  subject.tell(done('Moved', 'Move', `The registration is at ${provider.identity} now, as confirmed`));
}
