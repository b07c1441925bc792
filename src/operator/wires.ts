import type { HostPattern, Reach } from '../idp/hosts.ts';
import { type Wire, WireError } from '../idp/http.ts';
import type { OpenWire, WireOptions } from '../idp/wire.ts';
import type { ProviderKey } from '../provider/key.ts';
import { textOf } from '../provider/key.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { same } from '../runtime/same.ts';
import type { Sockets } from './sockets.ts';

/** What a provider object says of the way to its provider. */
export type Way = Pick<WireOptions, 'ca' | 'proxy'>;

/** The wires to all providers, one for each provider object, with connections, authorities and a proxy of its own. */
export interface Wires {
  /** The wire of this object; the one that is open, as long as the way stays as it is. */
  open(key: ProviderKey, way: Way): Wire;
  /** The object is gone. */
  drop(key: ProviderKey): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface WiresOptions {
  readonly open: Sockets['provider'];
  readonly clock: Clock;
  /** Hosts that may be called; `undefined`: all, and for an OAuthProvider all on the internet. */
  readonly hosts: readonly HostPattern[] | undefined;
  /** Milliseconds left of our lease. */
  readonly leaseRemainingMs: () => number;
  /** How long what began on a wire may go on after another has taken its place, ms. */
  readonly lingerMs: number;
}

interface Opened {
  readonly way: Way;
  readonly wire: OpenWire;
}

export function createWires({ open, clock, hosts, leaseRemainingMs, lingerMs }: WiresOptions): Wires {
  const opened = new Map<string, Opened>();
  const retired = new Map<OpenWire, Timer>();

  return {
    open(key, way) {
      const text = textOf(key);
      const former = opened.get(text);
      if (former !== undefined && same(former.way, way)) return former.wire.wire;
      retire(text);
      const { wire, close } = open({ ...way, reach: reachOf(key.kind, hosts) });
      const fenced = { wire: fencedWire(wire, leaseRemainingMs), close };
      opened.set(text, { way, wire: fenced });
      return fenced.wire;
    },

    drop: (key) => retire(textOf(key)),

    async close() {
      for (const timer of retired.values()) timer.cancel();
      const wires = [...retired.keys(), ...[...opened.values()].map(({ wire }) => wire)];
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };

  /** A call that is cut off may have had its effect, so that those under way are let end. */
  function retire(text: string): void {
    const former = opened.get(text);
    if (former === undefined) return;
    opened.delete(text);
    const { wire } = former;
    const end = (): void => {
      retired.delete(wire);
      void wire.close();
    };
    retired.set(wire, clock.setTimer(end, lingerMs));
  }
}

/** A call may be several requests, and the process may have stood still between two of them (protocol O3). */
function fencedWire(wire: Wire, leaseRemainingMs: () => number): Wire {
  return async (request, maxBytes, signal) => {
    if (leaseRemainingMs() <= 0) throw new WireError('timeout', undefined);
    return wire(request, maxBytes, signal);
  };
}

/** Tenants write OAuthProviders, and are not to reach through us what they could not reach by themselves. */
function reachOf(kind: ProviderKey['kind'], hosts: WiresOptions['hosts']): Reach {
  if (hosts !== undefined) return { type: 'listed', hosts };
  return { type: kind === 'OAuthProvider' ? 'public' : 'anywhere' };
}
