import type { Column, Requests } from './report.js';

/** Returns whether the request in this row matches the search. */
export type Matches = (row: number) => boolean;

const TERM = /^([a-z_0-9]+)(<=|>=|<|>|=)(\d+(?:\.\d+)?)(ms|s)?$/;
const COMPARE: Record<string, (value: number, limit: number) => boolean> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '=': (value, limit) => value === limit,
};

/** Returns the columns that a search can compare, by name. */
export function figuresOf(requests: Requests): ReadonlyMap<string, Column> {
  return new Map([
    ['index', requests.index],
    ['turn', requests.turn],
    ['sent', requests.sentMs],
    ['end', requests.endMs],
    ['lag', requests.lagMs],
    ['ttft', requests.ttftMs],
    ['tpot', requests.tpotMs],
    ['e2e', requests.e2eMs],
    ['gap', requests.gapMaxMs],
    ['tokens', requests.outputTokens],
    ['prompt', requests.promptTokens],
    ['cached', requests.cachedTokens],
    ['attempts', requests.attempts],
    ...requests.hops.map(({ name, ms }) => [name, ms] as const),
  ]);
}

/**
 * Parses a search like `ttft>500 e2e<2s failed`. All words must match. `complete` and `failed` match the outcome, `#12`
 * matches a number, and other words without a comparison match text in the error class.
 * @returns the invalid words when there are any
 */
export function parseSearch(text: string, requests: Requests): Matches | readonly string[] {
  const figures = figuresOf(requests);
  const words = text
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const unknown: string[] = [];
  const terms = words.map((word): Matches => {
    const [, name = '', operator = '', digits, unit] = TERM.exec(word) ?? [];
    const column = figures.get(name);
    const compare = COMPARE[operator];
    if (column !== undefined && compare !== undefined) {
      const limit = Number(digits) * (unit === 's' ? 1000 : 1);
      return (row) => {
        const value = column[row];
        return typeof value === 'number' && compare(value, limit);
      };
    }
    if (compare !== undefined || /[<>=]/.test(word)) {
      unknown.push(word);
      return () => true;
    }
    if (/^#\d+$/.test(word)) return (row) => requests.index[row] === Number(word.slice(1));
    if (word === 'complete') return (row) => requests.errorOf(row) === undefined;
    if (word === 'failed') return (row) => requests.errorOf(row) !== undefined;
    return (row) => requests.errorOf(row)?.toLowerCase().includes(word) === true;
  });
  return unknown.length > 0 ? unknown : (row) => terms.every((holds) => holds(row));
}
