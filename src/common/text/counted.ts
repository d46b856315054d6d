/** Formats a number with its noun, e.g. `1 request` and `3 requests`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
