import { DEPLOYMENTS, OAUTH_APPLICATIONS, type Ref } from '../../../src/kube/resources.ts';
import { applicationOf } from '../application-view.ts';
import type { Hands } from '../hands.ts';
import type { Planned, WorkloadDeed } from '../scenario/scenario.ts';
import { resourceOf, workloadManifest } from '../workloads.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a team does with what it runs, and, beside it, with what refers to a Secret of another name. */
export function deploy(how: WorkloadDeed, { namespace, name, workload }: Planned, hands: Hands): void {
  if (workload === undefined) return;
  const ref: Ref = { resource: resourceOf(workload.kind), namespace, name };
  switch (how) {
    case 'apply': {
      const aside = { ...ref, resource: DEPLOYMENTS, name: `${name}-aside` };
      const object = hands.get({ resource: OAUTH_APPLICATIONS, namespace, name });
      const { name: secretName, clientSecret: key } = mountedOf(object, name);
      apply(ref, workloadManifest(name, workload, { secretName, key }), hands);
      const others = { secretName: `${name}-of-others`, key };
      apply(aside, workloadManifest(aside.name, { ...workload, kind: 'Deployment' }, others), hands);
      break;
    }
    case 'remove':
      hands.delete(ref);
      break;
  }
}

/** Who comes before the object goes by what its manifest will say. */
function mountedOf(object: ReturnType<Hands['get']>, name: string) {
  return object === undefined
    ? { name: `${name}-oauth`, clientSecret: 'client_secret' }
    : applicationOf(object).mounted;
}

function apply(ref: Ref, manifest: Json, hands: Hands): void {
  if (hands.patch(ref, manifest) === 'refused') hands.create(ref.resource, ref.namespace, manifest);
}
