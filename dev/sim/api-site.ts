import type { ApiRequest, ApiResponse } from '../../src/kube/transport.ts';
import type { SimulatedApiServer } from './api-server/server.ts';
import type { SeededChance } from './chance.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';
import type { Scheduler } from './scheduler.ts';

/** An API server that can be away, and whose watches can lag. */
export interface ApiSite {
  readonly server: SimulatedApiServer;
  /** Whether anything can connect. */
  state(): 'up' | 'down';
  /** How late a new watch tells what happens, ms. */
  lagMs(): number;
  /** Somebody else writes the object that this is about, or makes a Secret of its name first. */
  touch(request: ApiRequest): void;
  /** The object to which this request has added a finalizer goes, by somebody's deletion that looked before. */
  letGo(request: ApiRequest): void;
  /** Told of each request just before it is served. */
  onRequest(request: ApiRequest, life: Life): void;
  /** Told of each answer, whether or not it arrives. */
  onServed(request: ApiRequest, answer: ApiResponse, life: Life): void;
  /** Watches that are open. */
  readonly streams: Set<OpenStream>;
}

/** What a process's way to an API server is made of. */
export interface ApiSocketsOptions {
  readonly site: ApiSite;
  readonly life: Life;
  readonly network: Network;
  readonly scheduler: Scheduler;
  readonly chance: SeededChance;
}

/** A watch that is under way. */
export interface OpenStream {
  readonly life: Life;
  readonly plural: string;
  /** The connection is reset. */
  cut(): void;
  /** Nothing comes any more, and nobody says so. */
  hush(): void;
  /** Its process is gone. */
  abandon(): void;
}
