import type { KubeObject } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS, SECRETS } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import { keyOf } from '../deeds.ts';
import { heldIn } from '../held.ts';
import type { Act } from '../scenario/scenario.ts';
import type { Court } from './invariant.ts';

/** Of which applications people took away what a status said of a value, where that may cost the value. */
export interface LostWords {
  /** Before it is done. */
  note(act: Act): void;
  /** How often they did to this application. */
  count(key: string): number;
}

/**
 * The seal on a Secret says whose the registration is, and the value in it logs in (protocol R9, S10): a status that is lost
 * costs nothing while nothing was under way and nobody has touched the Secret. As though a secret were superseded says
 * nothing of what is in it.
 */
export function createLostWords({ ledger, world }: Court): LostWords {
  const costly = new Map<string, number>();
  const harmless = new Map<string, number>();

  function isSafe(object: KubeObject, cluster: number): boolean {
    const { operation, secret, clientId, applicationId } = applicationOf(object);
    if (operation !== undefined || secret?.delivered !== 'yes') return false;
    const { namespace } = object.metadata;
    const found = world().clusters[cluster]?.hands.get({ resource: SECRETS, namespace, name: secret.name });
    if (found === undefined) return false;
    const held = heldIn(found);
    const isIts = held.applicationId === applicationId && held.clientId === clientId && held.serial === secret.serial;
    return isIts && world().tenants.logi.logsIn(held.clientId ?? '', held.clientSecret ?? '');
  }

  return {
    note(act) {
      if (act.type !== 'tamper-status' || act.how === 'superseded') return;
      const planned = world().scenario.shape.applications[act.application];
      if (planned === undefined) return;
      const { cluster, namespace, name } = planned;
      const object = world().clusters[cluster]?.hands.get({ resource: OAUTH_APPLICATIONS, namespace, name });
      const into = object !== undefined && isSafe(object, cluster) ? harmless : costly;
      const key = keyOf(planned);
      into.set(key, (into.get(key) ?? 0) + 1);
    },
    count(key) {
      const touched = ledger.happened(key, ['tamper-secret', 'console', 'restore', 'restore-object']) > 0;
      return (costly.get(key) ?? 0) + (touched ? (harmless.get(key) ?? 0) : 0);
    },
  };
}
