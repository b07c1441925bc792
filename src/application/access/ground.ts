import type { OAuthApplication } from '../../api/application.ts';
import { isToBeAbandoned } from '../abandon.ts';
import { type Desired, desiredOf } from '../desired.ts';
import { factsOf, hasFinalizer, isCreateOpen, owesRoll } from '../facts.ts';
import { isOwn } from '../marks.ts';
import type { Ports } from '../ports/ports.ts';
import type { Access, ProviderView, ReadyProvider } from '../ports/provider.ts';
import { owesRetirement } from '../rotation/retiring.ts';
import { type Standing, stalledAs } from '../standing.ts';
import { atRest } from './at-rest.ts';
import { objectionToUse } from './grant.ts';
import { objectionTo } from './refusals.ts';

/** What a pass stands on: a provider that can be worked with, or the reason why there is none. */
export type Ground =
  | {
      readonly type: 'firm';
      readonly provider: ReadyProvider;
      /** Denied where access was withdrawn from what is being deleted, or has an operation open. */
      readonly access: Access;
      /** Set where nothing new may be begun. */
      readonly closing: Closing | undefined;
    }
  /** The registration is where the provider object leads now, or there is none, and the status says another place. */
  | { readonly type: 'moving'; readonly provider: ReadyProvider; readonly access: Access }
  | { readonly type: 'none'; readonly standing: Standing };

/**
 * Why nothing new may be begun, and how it stands once what is left to do is done.
 *
 * - `suspended`: an operation that is open comes to its end (protocol B2), and a rotation to its roll (T4).
 * - `spec-refused`: so it does, and a retirement that was asked for after a leak is carried out (T3).
 * - `not-granted`: as `spec-refused`, but a rotation whose answer was lost is given up instead of issued again.
 */
export interface Closing {
  readonly lifecycle: 'suspended' | 'spec-refused' | 'not-granted';
  readonly standing: Standing;
}

/**
 * Finds the provider and refuses what cannot be honoured or is not granted, before anything is called.
 *
 * Where the object was registered once, the identity in its status counts and never the spec (protocol I3), and what
 * is wrong with the spec, or with the access to the provider, does not keep it from being deleted.
 */
export function groundOf(application: OAuthApplication, ports: Ports): Ground {
  const desired = desiredOf(application);
  if (desired.lifecycle === 'deleted' && !hasFinalizer(application)) return none({ type: 'released' });

  const view = ports.providers.find(
    application.status?.provider ?? application.spec.providerRef,
    application.metadata.namespace,
  );
  switch (view.type) {
    case 'missing':
      return notFound(view.message);
    case 'out-of-sight':
      return isSpokenFor(application) ? none({ type: 'undisturbed', againMs: undefined }) : notFound(view.message);
    case 'warming-up':
    case 'elsewhere':
      return none({ type: 'undisturbed', againMs: undefined });
    case 'unready':
      return untilReady(application, desired, view, ports);
    case 'ready':
      return onProvider(application, desired, view, ports);
  }
}

/**
 * Another operator, which sees more, has taken the object up, or said how it stands: two that contradict each other would
 * write its status for ever.
 */
function isSpokenFor(application: OAuthApplication): boolean {
  // Whoever serves it (protocol D3).
  if (isToBeAbandoned(application)) return false;
  const { metadata, status } = application;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isTold = ready !== undefined && ready.reason !== 'ProviderNotFound';
  return status?.provider !== undefined || (isTold && ready.observedGeneration === metadata.generation);
}

function untilReady(
  application: OAuthApplication,
  desired: Desired,
  { name, message, access }: Extract<ProviderView, { type: 'unready' }>,
  ports: Ports,
): Ground {
  if (access.type === 'denied' && desired.lifecycle !== 'deleted') return stalled('AccessDenied', denialIn(access));
  return none(atRest(application, desired, ports) ?? waitFor(name, message));
}

function onProvider(application: OAuthApplication, desired: Desired, view: Ready, ports: Ports): Ground {
  const { spec, status } = application;
  const { provider, access } = view;
  const firm: Ground = { type: 'firm', provider, access, closing: undefined };
  if (status?.provider !== undefined && status.provider.identity !== provider.identity) {
    return fromElsewhere(application, desired, view, ports);
  }
  if (access.type === 'denied' && desired.lifecycle !== 'deleted') {
    return finishOpen(application, view, notGranted(denialIn(access)));
  }
  if (desired.lifecycle !== 'present' || access.type === 'denied') return firm;
  if (provider.activity() === 'suspended') {
    const resting: Standing = { type: 'suspended', message: 'spec.suspend is set on the provider object' };
    const standing = atRest(application, desired, ports) ?? resting;
    return finishOpen(application, view, { lifecycle: 'suspended', standing });
  }
  if (provider.intake() === 'closed' && !hasFinalizer(application)) {
    return none(waitFor(provider.ref.name, 'it is being deleted and takes no new application'));
  }
  const objection = objectionTo(spec, desired, provider);
  if (objection !== undefined) {
    const standing = stalledAs(objection.reason, objection.message);
    return finishOwed(application, desired, view, { lifecycle: 'spec-refused', standing });
  }
  const ungranted = objectionToUse(application, access, () =>
    ports.providers.users(provider.ref, application.metadata.namespace),
  );
  return ungranted === undefined ? firm : finishOwed(application, desired, view, notGranted(ungranted));
}

/** The status says another place than the one to which the provider object leads. */
function fromElsewhere(application: OAuthApplication, desired: Desired, view: Ready, ports: Ports): Ground {
  const { provider, access } = view;
  if (!movesHere(application, provider, ports)) {
    return stalled(
      'ProviderMismatch',
      'spec.providerRef: the provider object leads elsewhere than to the provider that holds the registration: set its former address again, confirm the new one as its own conditions say, or set the annotation oauthapp.dev/abandon to "true" to have a deletion leave it there',
    );
  }
  // Even what is being deleted: where it is confirmed to be, nothing was granted to it. What is nowhere is let go.
  const isLetGo = desired.lifecycle === 'deleted' && holdsNothing(application);
  if (access.type === 'denied' && !isLetGo) return stalled('AccessDenied', denialIn(access));
  return { type: 'moving', provider, access };
}

/**
 * Protocol I4: a person confirmed the new identity, and the registration is there under its id, client id and mark. What
 * an open create made has no id that we know, and is found there once it has settled.
 */
function movesHere(application: OAuthApplication, provider: ReadyProvider, { seals }: Ports): boolean {
  const { applicationId, clientId, provider: former } = application.status ?? {};
  const moving = former === undefined ? 'refused' : provider.moving(former.identity);
  if (moving === 'refused') return false;
  if (holdsNothing(application)) return true;
  if (moving === 'unconfirmed') return false;
  if (applicationId === undefined) return isCreateOpen(application);
  const found = provider.known(applicationId);
  if (found === undefined || found.clientId !== clientId) return false;
  return provider.naming !== 'Marked' || isOwn(found.mark, application.metadata, seals);
}

/**
 * Every create was refused, or what was made is gone or was given up, so that nothing is left behind (protocol I4). An
 * open one may have been carried out, and from a status that is torn the id was taken away.
 */
function holdsNothing(application: OAuthApplication): boolean {
  const { provider, applicationId, operation } = factsOf(application);
  return provider !== undefined && applicationId === undefined && operation === undefined;
}

type Ready = Extract<ProviderView, { type: 'ready' }>;

/** What was begun is brought to its end, so that no registration or secret is lost over it, and no Pod keeps a dead one. */
function finishOpen(application: OAuthApplication, view: Ready, closing: Closing): Ground {
  const isOpen = application.status?.operation !== undefined || owesRoll(application);
  return isOpen ? until(closing, view) : none(closing.standing);
}

/**
 * What is wrong with the spec keeps no secret alive that has leaked: a retirement that was asked for gives nobody
 * anything. It is owed to whoever may use the provider, and not in an object that rests (protocol B2). Nor is it
 * where access was withdrawn: for such a namespace no call is made but to finish what was begun, and for deletions.
 */
function finishOwed(application: OAuthApplication, { requests }: Desired, view: Ready, closing: Closing): Ground {
  const facts = factsOf(application);
  const isOwed = facts.applicationId !== undefined && owesRetirement(facts, requests);
  return isOwed ? until(closing, view) : finishOpen(application, view, closing);
}

function notGranted(message: string): Closing {
  return { lifecycle: 'not-granted', standing: stalledAs('AccessDenied', message) };
}

function until(closing: Closing, { provider, access }: Ready): Ground {
  return { type: 'firm', provider, access, closing };
}

function denialIn({ message }: Extract<Access, { type: 'denied' }>): string {
  return `spec.providerRef: ${message}`;
}

function waitFor(name: string, message: string): Standing {
  return { type: 'waiting', reason: 'ProviderNotReady', message: `Provider ${name} is not ready: ${message}` };
}

function notFound(message: string): Ground {
  return stalled('ProviderNotFound', `spec.providerRef: ${message}`);
}

function stalled(reason: Extract<Standing, { type: 'stalled' }>['reason'], message: string): Ground {
  return none({ type: 'stalled', reason, message });
}

function none(standing: Standing): Ground {
  return { type: 'none', standing };
}
