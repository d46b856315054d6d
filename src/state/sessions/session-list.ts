import type { SearchHit } from '../../sessions/search/search.js';
import type { SessionSummary } from '../../sessions/types.js';
import { sanitizeLine } from '../text/sanitize.js';

/** A saved session in the list; its texts are sanitized. */
export interface SessionRow {
  readonly id: string;
  readonly title: string;
  readonly preview: string;
  /** Unix time in ms. */
  readonly usedMs: number;
  readonly model: string;
  readonly tokens: number;
  /** Whether a part of `tokens` is an estimate. */
  readonly tokensEstimated: boolean;
  /** The cost in US dollars of its answers with a known price, and the number of answers without one. */
  readonly cost?: { readonly usd: number; readonly unpriced: number };
  readonly pinned: boolean;
  /**
   * The latest message that the search found in the session, with its compared figures, and the number of all messages
   * found in it.
   */
  readonly found?: {
    readonly messageId: number;
    readonly snippet: Snippet;
    readonly figures: SearchHit['figures'];
    readonly count: number;
  };
}

/** The text around a match in pieces; `found` marks the match. */
type Snippet = readonly { readonly text: string; readonly found: boolean }[];

/** The list of saved sessions; typing searches all of them. */
export interface SessionList {
  readonly kind: 'sessions';
  readonly query: string;
  readonly rows: readonly SessionRow[];
  readonly index: number;
  /** The new title of the chosen session while the user types it. */
  readonly renaming?: string | undefined;
  /** The part of the query that could not be understood. */
  readonly problem?: string | undefined;
}

export const EMPTY_LIST: SessionList = { kind: 'sessions', query: '', rows: [], index: 0 };

export function rowOf(session: SessionSummary): SessionRow {
  const {
    id,
    title,
    preview,
    usedMs,
    model,
    tokens,
    tokensEstimated = false,
    pinned,
    costUsd: usd,
    unpriced = 0,
  } = session;
  return {
    id,
    title: sanitizeLine(title),
    preview: sanitizeLine(preview),
    usedMs,
    model: sanitizeLine(model ?? ''),
    tokens,
    tokensEstimated,
    pinned,
    ...(usd !== undefined && { cost: { usd, unpriced } }),
  };
}

/** Returns one row for each session, in the order of the search results. */
export function rowsOfHits(
  hits: readonly SearchHit[],
  summaryOf: (id: string) => SessionSummary | undefined,
): SessionRow[] {
  const bySession = new Map<string, SearchHit[]>();
  for (const hit of hits) {
    const others = bySession.get(hit.session);
    if (others === undefined) bySession.set(hit.session, [hit]);
    else others.push(hit);
  }
  return [...bySession].flatMap(([id, found]) => {
    const summary = summaryOf(id);
    const [latest] = found;
    if (summary === undefined || latest === undefined) return [];
    const { messageId, snippet, figures } = latest;
    const about = { messageId, snippet: piecesOf(snippet), figures, count: found.length };
    return [{ ...rowOf(summary), found: about }];
  });
}

/** Replaces the rows; the chosen session stays chosen if it is among them. */
export function withRows(list: SessionList, rows: readonly SessionRow[]): SessionList {
  const chosen = list.rows[list.index]?.id;
  const kept = rows.findIndex(({ id }) => id === chosen);
  return { ...list, rows, index: kept >= 0 ? kept : Math.max(0, Math.min(list.index, rows.length - 1)) };
}

export function movedIn(list: SessionList, steps: number): SessionList {
  const last = Math.max(0, list.rows.length - 1);
  return { ...list, index: Math.min(last, Math.max(0, list.index + steps)) };
}

/** Splits a snippet at U+E000 and U+E001, with which the search encloses a match. */
function piecesOf(snippet: string): Snippet {
  return sanitizeLine(snippet)
    .split(/([\u{e000}\u{e001}])/u)
    .reduce<{ pieces: { text: string; found: boolean }[]; found: boolean }>(
      ({ pieces, found }, part) => {
        if (part === '\u{e000}' || part === '\u{e001}') return { pieces, found: part === '\u{e000}' };
        return { pieces: part === '' ? pieces : [...pieces, { text: part, found }], found };
      },
      { pieces: [], found: false },
    ).pieces;
}
