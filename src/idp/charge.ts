/** What may be spent with one credential. `undefined`: no limit is known. */
export interface Limits {
  readonly createsPerHour: number | undefined;
  readonly createsPerDay: number | undefined;
  readonly createsPerWeek: number | undefined;
  readonly requestsPerMinute: number | undefined;
  /** Creates that may have a place at the same time. */
  readonly createsUnderWay: number | undefined;
}

/** What a place is for. A create counts as a call too. */
export type Charge = 'create' | 'call';

/**
 * Why somebody wants a place; most urgent first in the order provider, deletion, requested, new, drift.
 *
 * `provider` is for the listing of the provider object itself. It goes first: once one has failed no application may call
 * until one succeeds, so each one woken ahead of it would let its place lapse.
 */
export type Urgency = 'provider' | 'deletion' | 'requested' | 'new' | 'drift';

/** Who wants a place. Those of the same urgency are served in turn by `namespace`. */
export interface Claimant {
  readonly key: string;
  readonly namespace: string;
  readonly urgency: Urgency;
  /** The same object for all calls of a pass. Who has to wait amid a pass begins anew, and needs its earlier calls again. */
  readonly pass?: object;
}

/** Creates begun within five minutes from `slot` (RFC 3339), as the provider's status keeps them. */
export interface Slot {
  readonly slot: string;
  readonly creates: number;
}
