/**
 * Returns a saved list of numbers; a value that is not a number is NaN. A list of numbers of a long report takes eight
 * bytes a number, because `null` among them would make it three times as large. Undefined for another value.
 */
export function numberList(value: unknown): Float64Array | undefined {
  if (value instanceof Float64Array) return value;
  return Array.isArray(value) ? Float64Array.from(value, numberOrNaN) : undefined;
}

/** Converts the numbers of a list to those of JSON. */
export function jsonNumbers(list: Float64Array): (number | null)[] {
  return Array.from(list, (one) => (Number.isNaN(one) ? null : one));
}

/** A list of numbers that grows. */
export interface GrowingList {
  add(values: readonly unknown[]): void;
  list(): Float64Array;
}

export function createGrowingList(): GrowingList {
  let numbers = new Float64Array(1024);
  let length = 0;
  return {
    add(values) {
      if (length + values.length > numbers.length) {
        const grown = new Float64Array(2 * (length + values.length));
        grown.set(numbers);
        numbers = grown;
      }
      for (const value of values) {
        numbers[length] = numberOrNaN(value);
        length += 1;
      }
    },
    list: () => numbers.subarray(0, length),
  };
}

const numberOrNaN = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
