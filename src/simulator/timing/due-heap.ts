/** The due time of an entry. */
export interface Due {
  dueMs: number;
}

/** A binary heap of entries by due time, the earliest first. */
export interface DueHeap<T extends Due> {
  readonly size: number;
  first(): T | undefined;
  add(entry: T): void;
  /** Removes and returns the earliest entry. */
  shift(): T | undefined;
}

/** Creates an empty heap, whose first entry is due first. */
export function createDueHeap<T extends Due>(): DueHeap<T> {
  const entries: T[] = [];
  const isBefore = (a: T | undefined, b: T | undefined): boolean =>
    a !== undefined && b !== undefined && a.dueMs < b.dueMs;

  /** Moves `entry` up from index `from` to its position. */
  const rise = (entry: T, from: number): void => {
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = entries[parentAt];
      if (parent === undefined || !isBefore(entry, parent)) break;
      entries[at] = parent;
      at = parentAt;
    }
    entries[at] = entry;
  };

  /** Moves `entry` down from the top to its position. */
  const sink = (entry: T): void => {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const childAt = isBefore(entries[left + 1], entries[left]) ? left + 1 : left;
      const child = entries[childAt];
      if (child === undefined || !isBefore(child, entry)) break;
      entries[at] = child;
      at = childAt;
    }
    entries[at] = entry;
  };

  return {
    get size() {
      return entries.length;
    },
    first: () => entries[0],
    add(entry) {
      entries.push(entry);
      rise(entry, entries.length - 1);
    },
    shift() {
      const first = entries[0];
      const last = entries.pop();
      if (last !== undefined && entries.length > 0) sink(last);
      return first;
    },
  };
}
