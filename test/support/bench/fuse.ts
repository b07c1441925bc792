import type { Wire } from '../../../src/idp/http.ts';
import type { KubeClient } from '../../../src/kube/client.ts';

/** The process died. Nothing of ours may catch it and go on. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** On which side of a call's effect the process dies. */
export type Side = 'before' | 'after';

/**
 * Kills a process at its `at`-th call to the outside. A dead process makes no more calls.
 *
 * It sits below the ports, at the two wires, so that every request of a port call that makes several is a place to die.
 */
export interface Fuse {
  /** Calls made since it was armed, each by what it does. */
  readonly calls: readonly string[];
  readonly state: 'whole' | 'blown';
  /** Calls count from here on. */
  arm(): void;
  around<T>(call: string, work: () => Promise<T>): Promise<T>;
}

/** @param at counts from 0; `Infinity` never blows */
export function createFuse(at: number, side: Side): Fuse {
  const calls: string[] = [];
  let state: 'unarmed' | 'armed' | 'blown' = 'unarmed';

  /** Also in the place of an error: the dead hear of none. */
  function blow(): never {
    state = 'blown';
    throw new Crash(`died ${side} call ${at}`);
  }

  return {
    calls,
    get state() {
      return state === 'blown' ? 'blown' : 'whole';
    },
    arm() {
      state = 'armed';
    },
    async around(call, work) {
      if (state === 'blown') throw new Crash('dead already');
      if (state === 'unarmed') return work();
      const isLast = calls.push(call) - 1 === at;
      if (isLast && side === 'before') blow();
      try {
        return await work();
      } finally {
        if (isLast) blow();
      }
    },
  };
}

/** The API server as a doomed process reaches it. */
export function doomedClient(client: KubeClient, { around }: Fuse): KubeClient {
  return {
    get: (ref, signal) => around(`get ${ref.resource.plural}`, () => client.get(ref, signal)),
    list: (resource, options, signal) =>
      around(`list ${resource.plural}`, () => client.list(resource, options, signal)),
    collect: (resource, options, keep, signal) =>
      around(`list ${resource.plural}`, () => client.collect(resource, options, keep, signal)),
    revision: (resource, selection, signal) =>
      around(`list ${resource.plural}`, () => client.revision(resource, selection, signal)),
    create: (resource, object, options, signal) =>
      around(`${options.dryRun === 'All' ? 'rehearse' : 'create'} ${resource.plural}`, () =>
        client.create(resource, object, options, signal),
      ),
    replace: (ref, object, options, signal) =>
      around(`replace ${ref.resource.plural} ${options.subresource ?? ''}`, () =>
        client.replace(ref, object, options, signal),
      ),
    patch: (ref, patch, options, signal) =>
      around(`patch ${ref.resource.plural}`, () => client.patch(ref, patch, options, signal)),
    delete: (ref, preconditions, signal) =>
      around(`delete ${ref.resource.plural}`, () => client.delete(ref, preconditions, signal)),
    serverNow: () => client.serverNow(),
    clockSkewMs: () => client.clockSkewMs(),
  };
}

/** The identity provider as a doomed process reaches it. */
export function doomedWire(wire: Wire, { around }: Fuse): Wire {
  return (request, maxBytes, signal) =>
    around(`${request.method} ${new URL(request.url).pathname}`, () => wire(request, maxBytes, signal));
}
