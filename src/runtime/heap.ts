/** A priority queue from which any member can be taken, not only the first. */
export interface Heap<T> {
  size(): number;
  /** The least member by the heap's order. */
  peek(): T | undefined;
  has(item: T): boolean;
  /** A member may be in the heap once. */
  push(item: T): void;
  /** Does nothing when `item` is not a member. */
  remove(item: T): void;
}

/** A binary heap that knows where each member stands: push and remove take O(log n). Members are told apart by identity. */
export function heap<T extends object>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  const positions = new Map<T, number>();

  function place(item: T, position: number): void {
    items[position] = item;
    positions.set(item, position);
  }

  function rise(item: T, from: number): void {
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !isBefore(item, parent)) break;
      place(parent, position);
      position = above;
    }
    place(item, position);
  }

  function sink(item: T, from: number): void {
    let position = from;
    for (;;) {
      const below = firstChild(position);
      const child = items[below];
      if (child === undefined || !isBefore(child, item)) break;
      place(child, position);
      position = below;
    }
    place(item, position);
  }

  function firstChild(position: number): number {
    const left = items[2 * position + 1];
    const right = items[2 * position + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * position + 2 : 2 * position + 1;
  }

  return {
    size: () => items.length,
    peek: () => items[0],
    has: (item) => positions.has(item),
    push: (item) => rise(item, items.length),
    remove(item) {
      const position = positions.get(item);
      if (position === undefined) return;
      positions.delete(item);
      const last = items.pop();
      if (last === undefined || last === item) return;
      sink(last, position);
      rise(last, positions.get(last) ?? position);
    },
  };
}
