import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { freshNamespace } from './control-plane.ts';
import { built } from './workloads.ts';

/** A policy that we ship, installed on the shared plane for namespaces of its own: no other test may meet it. */
export interface InstalledPolicy extends AsyncDisposable {
  /** Its name here. */
  readonly name: string;
  /** What is shipped, before it was narrowed. */
  readonly shipped: readonly unknown[];
  /** Makes a namespace in which it holds. */
  namespace(): Promise<string>;
}

const LABEL = 'oauthapp.dev/test-policy';
const KINDS = ['validatingadmissionpolicybinding', 'validatingadmissionpolicy'];

const Shipped = z.looseObject({ kind: z.string(), spec: z.record(z.string(), z.unknown()) });

/** Installs the one policy of a folder of deploy/. @throws Error with what kubectl says */
export async function installPolicy(plane: PlaneAccess, folder: string): Promise<InstalledPolicy> {
  const name = `policy-${randomBytes(5).toString('hex')}`;
  const shipped = await built(plane, { resources: [folder] });
  for (const object of shipped) {
    const stdin = JSON.stringify(narrowed(object, name));
    const { code, stderr } = await plane.kubectl(['apply', '-f', '-'], { stdin });
    if (code !== 0) throw new Error(stderr);
  }
  return {
    name,
    shipped,
    async namespace() {
      const namespace = await freshNamespace();
      await plane.kubectl(['label', 'namespace', namespace, `${LABEL}=${name}`]);
      return namespace;
    },
    async [Symbol.asyncDispose]() {
      for (const kind of KINDS) await plane.kubectl(['delete', kind, name, '--ignore-not-found']);
    },
  };
}

/** Of the namespaces with this label alone. */
function narrowed(object: unknown, name: string): unknown {
  const { kind, spec, ...rest } = Shipped.parse(object);
  const matchResources = { namespaceSelector: { matchLabels: { [LABEL]: name } } };
  const isBinding = kind === 'ValidatingAdmissionPolicyBinding';
  return { ...rest, kind, metadata: { name }, spec: isBinding ? { ...spec, policyName: name, matchResources } : spec };
}
