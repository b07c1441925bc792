import type { Chance } from '../../src/runtime/chance.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Fault, FaultHandle } from './faults.ts';
import type { Arrival, Entry, Visit } from './frontend.ts';
import { frontend } from './frontend.ts';
import type { ServerOptions } from './server.ts';
import { listen } from './server.ts';

/** A provider without a socket: what it knows, and how it serves a request that has come in whole. */
export interface Core<Operation extends string, Note extends object> {
  readonly clock: Clock;
  /** Lets a request in; it is served when the visit says so. */
  admit(arrival: Arrival): Visit<Operation, Note>;
}

/** What a socket adds to a {@link Core}. */
export interface Emulator<Operation extends string, Note extends object> {
  /** `http://127.0.0.1:<port>`, or `https:` with a certificate, without a slash at the end. */
  readonly url: string;
  /** Every call, in the order in which they were served. */
  readonly journal: readonly (Entry<Operation> & Note)[];
  fault(fault: Fault<Operation>): FaultHandle;
  /** Stops listening and ends every connection; calls that are held end without an answer. */
  close(): Promise<void>;
}

/** What every emulator can be told. */
export interface EmulatorOptions extends ServerOptions {
  /** The machine's when left out, like `chance`. */
  readonly clock?: Clock | undefined;
  readonly chance?: Chance | undefined;
}

/** Puts `core` on 127.0.0.1. */
export async function startEmulator<Operation extends string, Note extends object>(
  { clock, admit }: Core<Operation, Note>,
  options: ServerOptions,
): Promise<Emulator<Operation, Note>> {
  const { listener, journal, faults, stop } = frontend(clock, admit);
  const server = await listen(listener, options);

  return {
    url: server.url,
    journal,
    fault: (fault) => faults.add(fault),
    async close() {
      stop();
      await server.close();
    },
  };
}
