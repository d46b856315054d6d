import type { Task } from './task.js';

/** Answers to prompts about binary search. */
export const BINARY_SEARCH: Task = {
  match: /\bbinary search\b/i,
  about: 'Binary search',
  code: {
    python: `def find(items: list[int], wanted: int) -> int | None:
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        if items[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(items) and items[low] == wanted else None`,
    js: `function find(items, wanted) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (items[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return items[low] === wanted ? low : undefined;
}`,
    ts: `function find(items: readonly number[], wanted: number): number | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && item < wanted) low = middle + 1;
    else high = middle;
  }
  return items[low] === wanted ? low : undefined;
}`,
    rust: `fn find<T: Ord>(items: &[T], wanted: &T) -> Option<usize> {
    let (mut low, mut high) = (0, items.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if items[middle] < *wanted {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    (low < items.len() && items[low] == *wanted).then_some(low)
}`,
    go: `func find(items []int, wanted int) (int, bool) {
	low, high := 0, len(items)
	for low < high {
		middle := low + (high-low)/2
		if items[middle] < wanted {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < len(items) && items[low] == wanted
}`,
    java: `static int find(int[] items, int wanted) {
    int low = 0, high = items.length;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (items[middle] < wanted) low = middle + 1;
        else high = middle;
    }
    return low < items.length && items[low] == wanted ? low : -1;
}`,
  },
  note: 'The list must be sorted. Each step halves the range, so a million items take 20 steps. The mistakes are always at the ends: keep one rule for whether `high` is inside, as above, where it never is.',
};
