import { type Heap, heap } from './heap.ts';
import type { Priority } from './queue.ts';

/** What the place of a request depends on. */
export interface Due {
  readonly key: string;
  readonly priority: Priority;
  readonly dueAt: number;
  /** Order of arrival. */
  readonly sequence: number;
}

/**
 * What is due, in the order in which it is served: the most urgent first; among equals one of each group in turn, so that
 * a group of which thousands are due delays no other; within a group what has been due for longest. But after every
 * {@link MOST_IN_A_ROW} of one priority, one is served that is less urgent, by the same rule: what somebody asks for
 * without end is never all that is done.
 */
export interface Ready<T> {
  size(): number;
  push(item: T): void;
  /** Does nothing when `item` is not a member. */
  remove(item: T): void;
  /** Takes out the one whose turn it is. */
  take(): T | undefined;
}

/** What is less urgent takes an eighth of the turns, then, and no more. */
const MOST_IN_A_ROW = 7;

/** The requests of one group and priority. Never empty. */
interface Line<T> {
  readonly items: Heap<T>;
  turn: number;
}

/** The lines of one priority. */
interface Lane<T> {
  readonly byGroup: Map<string, Line<T>>;
  readonly byTurn: Heap<Line<T>>;
  /** How many were served while something less urgent waited, since that had its turn. */
  inARow: number;
}

/** Nothing that is due. Each operation takes O(log n). @param groupOf the same for a key at all times */
export function createReady<T extends Due>(groupOf: (key: string) => string): Ready<T> {
  const lanes = { deletion: lane<T>(), requested: lane<T>(), change: lane<T>(), resync: lane<T>(), retry: lane<T>() };
  let size = 0;
  let turns = 0;

  return {
    size: () => size,
    push(item) {
      const { byGroup, byTurn } = lanes[item.priority];
      const group = groupOf(item.key);
      const line = byGroup.get(group) ?? { items: heap<T>(isDueBefore), turn: nextTurn() };
      line.items.push(item);
      size += 1;
      if (byGroup.has(group)) return;
      byGroup.set(group, line);
      byTurn.push(line);
    },
    remove,
    take() {
      const item = laneInTurn()?.byTurn.peek()?.items.peek();
      if (item !== undefined) endTurn(item);
      return item;
    },
  };

  function remove(item: T): void {
    const { byGroup, byTurn } = lanes[item.priority];
    const group = groupOf(item.key);
    const line = byGroup.get(group);
    if (line === undefined || !line.items.has(item)) return;
    line.items.remove(item);
    size -= 1;
    if (line.items.size() > 0) return;
    byGroup.delete(group);
    byTurn.remove(line);
  }

  function laneInTurn(): Lane<T> | undefined {
    const waiting = Object.values(lanes).filter(({ byTurn }) => byTurn.size() > 0);
    const leastUrgent = waiting.at(-1);
    return waiting.find((each) => {
      if (each === leastUrgent) return true;
      each.inARow = (each.inARow + 1) % (MOST_IN_A_ROW + 1);
      return each.inARow > 0;
    });
  }

  /** Moves the group behind the others. */
  function endTurn(item: T): void {
    const { byGroup, byTurn } = lanes[item.priority];
    remove(item);
    const line = byGroup.get(groupOf(item.key));
    if (line === undefined) return;
    byTurn.remove(line);
    line.turn = nextTurn();
    byTurn.push(line);
  }

  function nextTurn(): number {
    turns += 1;
    return turns;
  }
}

/** Whether `one` became due before `other`, or was asked for before it. */
export function isDueBefore(one: Due, other: Due): boolean {
  return one.dueAt === other.dueAt ? one.sequence < other.sequence : one.dueAt < other.dueAt;
}

function lane<T>(): Lane<T> {
  return { byGroup: new Map(), byTurn: heap<Line<T>>((one, other) => one.turn < other.turn), inARow: 0 };
}
