import type { Message } from '../messages.js';
import type { Anchor } from './scroll.js';

/** The search in the conversation; `current` is the match in view. */
export type Search =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly query: string; readonly current?: Anchor | undefined };

/** The current match's number from 1 (0 without one), and the number of matches. */
export interface SearchCount {
  readonly current: number;
  readonly total: number;
}

/** The length limit of a search text, in UTF-16 units. */
export const MAX_QUERY = 200;
/** The most matches that are counted. Users do not step through more, and finding them takes time. */
export const MAX_MATCHES = 9999;

const MARK = /[*_`~]/;
const LETTER = /[\p{L}\p{N}\p{M}]/u;

/**
 * Returns a pattern that finds the query as the screen shows it, ignoring case; undefined for an empty query. In the
 * text, Markdown's marks may be between the query's characters, and a line may end at a space.
 */
export function searchPattern(query: string): RegExp | undefined {
  if (query === '') return undefined;
  let pattern = '';
  let before = '';
  for (const [part] of query.matchAll(/\s+|./gsu)) {
    if (before !== '') pattern += marksBetween(before, part);
    pattern += /^\s/.test(part) ? String.raw`\s+` : part.replace(/[\\^$.*+?()[\]{}|/]/, String.raw`\$&`);
    before = part;
  }
  return new RegExp(pattern, 'giu');
}

/**
 * Matches what the screen may leave out between two characters. It matches nothing next to a mark, which keeps matching
 * fast.
 */
function marksBetween(before: string, after: string): string {
  if (MARK.test(before) || MARK.test(after)) return '';
  // In a word, `_` and a single `*` are text.
  return LETTER.test(before) && LETTER.test(after) ? String.raw`(?:\*{2,3}|\x60)?` : '[*_`~]*';
}

/** Searches for `query`. The current match stays if it still matches; else the last match is current. */
export function searchFor(messages: readonly Message[], search: Search, query: string): Search {
  const shortened = query.slice(0, MAX_QUERY);
  const matches = matchesOf(messages, shortened);
  const before = search.kind === 'open' ? search.current : undefined;
  const kept = matches.find((match) => before !== undefined && compare(match, before) === 0);
  return { kind: 'open', query: shortened, current: kept ?? matches.at(-1) };
}

/** Moves to the next (`step` 1) or previous (-1) match and wraps at the ends. */
export function searchOn(messages: readonly Message[], search: Search, step: 1 | -1): Search {
  if (search.kind === 'closed') return search;
  const matches = matchesOf(messages, search.query);
  const { current } = search;
  const beyond =
    current === undefined
      ? undefined
      : step > 0
        ? matches.find((match) => compare(match, current) > 0)
        : matches.findLast((match) => compare(match, current) < 0);
  return { ...search, current: beyond ?? (step > 0 ? matches.at(0) : matches.at(-1)) };
}

export function searchCount(messages: readonly Message[], search: Search): SearchCount {
  if (search.kind === 'closed') return { current: 0, total: 0 };
  const matches = matchesOf(messages, search.query);
  const { current } = search;
  const index = matches.findIndex((match) => current !== undefined && compare(match, current) === 0);
  return { current: index + 1, total: matches.length };
}

function matchesOf(messages: readonly Message[], query: string): readonly Anchor[] {
  const pattern = searchPattern(query);
  if (pattern === undefined) return [];
  const matches: Anchor[] = [];
  for (const message of messages) {
    for (const offset of offsetsIn(message, query, pattern)) {
      if (matches.length >= MAX_MATCHES) return matches;
      matches.push({ message: message.id, offset });
    }
  }
  return matches;
}

// Message objects never change, so the matches in each are cached for the latest query.
let remembered = { query: '', offsets: new WeakMap<Message, readonly number[]>() };

function offsetsIn(message: Message, query: string, pattern: RegExp): readonly number[] {
  if (remembered.query !== query) remembered = { query, offsets: new WeakMap() };
  const known = remembered.offsets.get(message);
  if (known !== undefined) return known;
  const offsets = Array.from(message.text.matchAll(pattern), ({ index }) => index);
  remembered.offsets.set(message, offsets);
  return offsets;
}

function compare(a: Anchor, b: Anchor): number {
  return a.message - b.message || a.offset - b.offset;
}
