import type { Task } from './task.js';

/** Answers to prompts about quicksort. */
export const QUICKSORT: Task = {
  match: /\bquick ?sort\b|\bsort (?:a|an|the) (?:list|array)\b/i,
  about: 'Quicksort',
  code: {
    python: `def quicksort(items: list) -> list:
    if len(items) < 2:
        return items
    pivot, *rest = items
    smaller = [item for item in rest if item < pivot]
    others = [item for item in rest if item >= pivot]
    return quicksort(smaller) + [pivot] + quicksort(others)`,
    js: `function quicksort(items) {
  if (items.length < 2) return items;
  const [pivot, ...rest] = items;
  const smaller = rest.filter((item) => item < pivot);
  const others = rest.filter((item) => item >= pivot);
  return [...quicksort(smaller), pivot, ...quicksort(others)];
}`,
    ts: `function quicksort(items: readonly number[]): number[] {
  const [pivot, ...rest] = items;
  if (pivot === undefined) return [];
  const smaller = rest.filter((item) => item < pivot);
  const others = rest.filter((item) => item >= pivot);
  return [...quicksort(smaller), pivot, ...quicksort(others)];
}`,
    rust: `fn quicksort<T: Ord>(items: &mut [T]) {
    if items.len() < 2 {
        return;
    }
    let last = items.len() - 1;
    let mut place = 0;
    for at in 0..last {
        if items[at] < items[last] {
            items.swap(at, place);
            place += 1;
        }
    }
    items.swap(place, last);
    let (left, right) = items.split_at_mut(place);
    quicksort(left);
    quicksort(&mut right[1..]);
}`,
    go: `func quicksort(items []int) {
	if len(items) < 2 {
		return
	}
	last, place := len(items)-1, 0
	for at := range last {
		if items[at] < items[last] {
			items[at], items[place] = items[place], items[at]
			place++
		}
	}
	items[place], items[last] = items[last], items[place]
	quicksort(items[:place])
	quicksort(items[place+1:])
}`,
    java: `static void quicksort(int[] items, int from, int to) {
    if (to - from < 2) return;
    int pivot = items[to - 1];
    int place = from;
    for (int at = from; at < to - 1; at++) {
        if (items[at] < pivot) {
            int kept = items[at];
            items[at] = items[place];
            items[place++] = kept;
        }
    }
    items[to - 1] = items[place];
    items[place] = pivot;
    quicksort(items, from, place);
    quicksort(items, place + 1, to);
}`,
  },
  note: 'On average it takes n log n steps. On a list that is sorted already it takes n², because the pivot then splits off one item at a time; that is why libraries choose the pivot with more care. Outside of an exercise, use theirs.',
};
