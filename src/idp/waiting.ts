import type { Charge, Claimant, Urgency } from './charge.ts';

/** A claimant in the line. */
export interface Ticket {
  readonly charge: Charge;
  readonly claimant: Claimant;
  /** Counts up with each claimant that joins. */
  readonly arrival: number;
  /** Places that it needs together with this one, since its pass begins anew. */
  readonly more: number;
}

/**
 * The order in which claimants are served: the most urgent first; among equals one of each namespace in turn, so that
 * a namespace that asks for a thousand places delays nobody else; within a namespace who came first. But after every
 * {@link MOST_IN_A_ROW} of one urgency, one is served that is less urgent, by the same rule: what somebody asks for without
 * end is never all that is done. What the provider object itself needs has no such limit.
 *
 * Creates and calls keep separate turns, so that a create never loses its turn to a call of its namespace. Where both
 * can be served and are equally urgent, the one that came first is.
 */
export interface Waiting {
  /** Joins the end of its namespace's line. Who waits there already stays where it is, and needs as much as it did. */
  join(charge: Charge, claimant: Claimant): void;
  /** Who waits needs at least so many places more, and stays where it is. */
  raise(charge: Charge, key: string, more: number): void;
  /** Waits no longer. */
  leave(charge: Charge, key: string): void;
  /** Goes to the very front of its urgency: it had its turn and could not use it. */
  rejoin(ticket: Ticket): void;
  /** The first that waits for one of `charges`. */
  first(charges: readonly Charge[]): Ticket | undefined;
  /** Takes out the first that waits for one of `charges`. */
  next(charges: readonly Charge[]): Ticket | undefined;
  /** Whether anybody waits for `charge`. */
  has(charge: Charge): boolean;
  /** How many are served before `key` at most, if nobody joins or leaves. */
  ahead(charge: Charge, key: string): number;
}

/** Tickets by key, in the order of arrival. Never empty. */
type Line = Map<string, Ticket>;
/** Lines by namespace, in the order of their turns. */
type Lane = Map<string, Line>;
type Lanes = Record<Urgency, Lane>;

const URGENCIES = ['provider', 'deletion', 'requested', 'new', 'drift'] as const satisfies readonly Urgency[];

/** What is less urgent takes an eighth of the turns, then, and no more. */
const MOST_IN_A_ROW = 7;

/** An empty line. */
export function createWaiting(): Waiting {
  const lanes: Record<Charge, Lanes> = { create: emptyLanes(), call: emptyLanes() };
  const tickets: Record<Charge, Map<string, Ticket>> = { create: new Map(), call: new Map() };
  /** How many were served while something less urgent waited, since that had its turn. */
  const inARow: Record<Urgency, number> = { provider: 0, deletion: 0, requested: 0, new: 0, drift: 0 };
  let arrivals = 0;

  return {
    join(charge, claimant) {
      const present = tickets[charge].get(claimant.key);
      if (present !== undefined && sameLine(present.claimant, claimant)) return;
      if (present !== undefined) remove(present);
      const ticket = { charge, claimant, arrival: arrivals++, more: present?.more ?? 0 };
      const lane = laneOf(ticket);
      const line = lane.get(claimant.namespace) ?? new Map();
      lane.set(claimant.namespace, line.set(claimant.key, ticket));
      tickets[charge].set(claimant.key, ticket);
    },
    rejoin(ticket) {
      const { key, namespace } = ticket.claimant;
      const lane = laneOf(ticket);
      const line = lane.get(namespace) ?? new Map();
      putFirst(lane, namespace, putFirst(line, key, ticket));
      tickets[ticket.charge].set(key, ticket);
    },
    raise(charge, key, more) {
      const ticket = tickets[charge].get(key);
      if (ticket === undefined || ticket.more >= more) return;
      const raised = { ...ticket, more };
      tickets[charge].set(key, raised);
      laneOf(raised).get(raised.claimant.namespace)?.set(key, raised);
    },
    leave(charge, key) {
      const ticket = tickets[charge].get(key);
      if (ticket !== undefined) remove(ticket);
    },
    first,
    next(charges) {
      const ticket = first(charges);
      if (ticket === undefined) return undefined;
      count(ticket.claimant.urgency, urgenciesOf(charges));
      remove(ticket);
      endTurn(ticket);
      return ticket;
    },
    has: (charge) => tickets[charge].size > 0,
    ahead(charge, key) {
      const ticket = tickets[charge].get(key);
      if (ticket === undefined) return 0;
      const moreUrgent = URGENCIES.slice(0, URGENCIES.indexOf(ticket.claimant.urgency));
      const before = moreUrgent.flatMap((urgency) => [...lanes[charge][urgency].values()].map((line) => line.size));
      return before.reduce((sum, size) => sum + size, aheadInLane(laneOf(ticket), ticket.claimant));
    },
  };

  function first(charges: readonly Charge[]): Ticket | undefined {
    const waiting = urgenciesOf(charges);
    const leastUrgent = waiting.at(-1);
    const inTurn = waiting.find((urgency) => urgency === leastUrgent || inARow[urgency] < MOST_IN_A_ROW);
    if (inTurn === undefined) return undefined;
    return charges.flatMap((charge) => firstOf(lanes[charge][inTurn])).sort(byArrival)[0];
  }

  /** The urgencies of those who wait for one of `charges`, most urgent first. */
  function urgenciesOf(charges: readonly Charge[]): readonly Urgency[] {
    return URGENCIES.filter((urgency) => charges.some((charge) => lanes[charge][urgency].size > 0));
  }

  /** Counts the turn of one out of `waiting`, for which those that are more urgent were passed over. */
  function count(served: Urgency, waiting: readonly Urgency[]): void {
    const turn = waiting.indexOf(served);
    for (const passedOver of waiting.slice(0, turn)) inARow[passedOver] = 0;
    if (served !== 'provider' && turn < waiting.length - 1) inARow[served] += 1;
  }

  function laneOf({ charge, claimant }: Ticket): Lane {
    return lanes[charge][claimant.urgency];
  }

  function remove(ticket: Ticket): void {
    const { key, namespace } = ticket.claimant;
    const lane = laneOf(ticket);
    const line = lane.get(namespace);
    line?.delete(key);
    if (line?.size === 0) lane.delete(namespace);
    tickets[ticket.charge].delete(key);
  }

  /** Moves the namespace behind the others. */
  function endTurn(served: Ticket): void {
    const lane = laneOf(served);
    const line = lane.get(served.claimant.namespace);
    if (line === undefined) return;
    lane.delete(served.claimant.namespace);
    lane.set(served.claimant.namespace, line);
  }
}

function emptyLanes(): Lanes {
  return { provider: new Map(), deletion: new Map(), requested: new Map(), new: new Map(), drift: new Map() };
}

function sameLine(one: Claimant, other: Claimant): boolean {
  return one.urgency === other.urgency && one.namespace === other.namespace;
}

function byArrival(one: Ticket, other: Ticket): number {
  return one.arrival - other.arrival;
}

function firstOf(lane: Lane): readonly Ticket[] {
  for (const line of lane.values()) for (const ticket of line.values()) return [ticket];
  return [];
}

/** Each namespace is served once in a round; those before the claimant's own once more by its turn. */
function aheadInLane(lane: Lane, { key, namespace }: Claimant): number {
  const namespaces = [...lane.keys()];
  const ownTurn = namespaces.indexOf(namespace);
  const rounds = [...(lane.get(namespace)?.keys() ?? [])].indexOf(key);
  const served = [...lane.values()].map((line, turn) => Math.min(line.size, turn < ownTurn ? rounds + 1 : rounds));
  return served.reduce((sum, size) => sum + size, 0);
}

/** A Map lists its entries in the order in which they were set, so the others are set again. */
function putFirst<V>(map: Map<string, V>, key: string, value: V): Map<string, V> {
  const others = [...map].filter(([name]) => name !== key);
  map.clear();
  map.set(key, value);
  for (const [name, other] of others) map.set(name, other);
  return map;
}
