import type { OAuthApplication } from '../api/application.ts';
import { type Desired, desiredOf } from './desired.ts';
import { hasFinalizer } from './pass.ts';
import type { Ports, ReadyProvider } from './ports.ts';
import { objectionTo } from './refusals.ts';
import type { Standing } from './step.ts';

/** What a pass stands on: a provider that can be worked with, or the reason why there is none. */
export type Ground =
  | { readonly type: 'firm'; readonly provider: ReadyProvider }
  | { readonly type: 'none'; readonly standing: Standing };

/**
 * Finds the provider and refuses what cannot be honoured, before anything is called.
 *
 * Where the object was registered once, the identity in its status counts and never the spec (protocol I3), and what
 * is wrong with the spec does not keep it from being deleted.
 */
export function groundOf(application: OAuthApplication, ports: Ports): Ground {
  const desired = desiredOf(application);
  if (desired.lifecycle === 'deleted' && !hasFinalizer(application)) return none({ type: 'released' });

  const bound = application.status?.provider;
  const ref = bound ?? application.spec.providerRef;
  if (ref === undefined)
    return stalled('NotYetSupported', 'spec.providerRef: name the provider; a default one is not supported yet');

  const view = ports.providers.find(ref, application.metadata.namespace);
  switch (view.type) {
    case 'missing':
      return stalled('ProviderNotFound', `spec.providerRef: there is no ${ref.kind} ${ref.name}`);
    case 'denied':
      return stalled('AccessDenied', `spec.providerRef: ${view.message}`);
    case 'warming-up':
      return none({ type: 'undisturbed' });
    case 'unready':
      return none(isAtRest(application, desired) ? { type: 'undisturbed' } : waitFor(ref.name, view.message));
    case 'ready':
      return onProvider(application, desired, view);
  }
}

function onProvider(application: OAuthApplication, desired: Desired, provider: ReadyProvider): Ground {
  const { spec, status } = application;
  if (status?.provider !== undefined && status.provider.identity !== provider.identity) {
    return stalled(
      'ProviderMismatch',
      'spec.providerRef: the provider object leads elsewhere than to the provider that holds the registration',
    );
  }
  if (desired.lifecycle === 'deleted' && spec.deletionPolicy === 'Retain') {
    return stalled(
      'NotYetSupported',
      'spec.deletionPolicy: this release cannot retain a registration; set Delete to let it be deleted',
    );
  }
  if (desired.lifecycle !== 'present') return { type: 'firm', provider };
  if (provider.intake === 'closed' && !hasFinalizer(application)) {
    return none(waitFor(provider.ref.name, 'it is being deleted and takes no new application'));
  }
  const objection = objectionTo(spec, desired.metadata, provider);
  if (objection !== undefined) return stalled(objection.reason, objection.message);
  const renamed = status?.secret !== undefined && status.secret.name !== desired.secretName;
  if (renamed) return stalled('NotYetSupported', 'spec.secret.name: this release cannot rename the Secret');
  return { type: 'firm', provider };
}

/** An outage of the provider does not make what works not ready. */
function isAtRest({ metadata, status }: OAuthApplication, { lifecycle, requests }: Desired): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const asked = requests.rotate ?? requests.reconcile ?? requests.registerAnew;
  return (
    lifecycle === 'present' &&
    asked === undefined &&
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation
  );
}

function waitFor(name: string, message: string): Standing {
  return { type: 'waiting', reason: 'ProviderNotReady', message: `Provider ${name} is not ready: ${message}` };
}

function stalled(reason: Extract<Standing, { type: 'stalled' }>['reason'], message: string): Ground {
  return none({ type: 'stalled', reason, message });
}

function none(standing: Standing): Ground {
  return { type: 'none', standing };
}
