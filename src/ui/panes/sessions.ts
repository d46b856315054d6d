import { spentText } from '../../metrics/cost.js';
import type { SessionList, SessionRow } from '../../state/sessions/session-list.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import { count, uptime } from '../style/format.js';
import { foundFigures } from '../style/found-figures.js';
import { CARET, cut, joinThatFit, type Line, spread } from '../style/line.js';

/** From this height on, a session has a second row with its preview. */
const TWO_ROWS_FROM = 14;
const HINTS_FROM = 8;
const CHANGES = ['^R renames', 'alt+p pins', '^D deletes', '^Z restores'];

/** Returns the rows per session, how many sessions fit, and the index of the first one. */
function windowOf(
  { rows, index }: SessionList,
  height: number,
): { each: number; hints: number; room: number; from: number } {
  const each = height >= TWO_ROWS_FROM ? 2 : 1;
  const hints = height >= HINTS_FROM ? 1 : 0;
  const room = Math.max(1, Math.floor((height - 1 - hints) / each));
  return { each, hints, room, from: Math.max(0, Math.min(index - Math.floor(room / 2), rows.length - room)) };
}

/** Returns the index of the session in this row of the list; undefined when there is none. */
export function sessionEntryAt(list: SessionList, height: number, row: number): number | undefined {
  const { each, room, from } = windowOf(list, height);
  const place = row - 1 - (list.problem === undefined ? 0 : 1);
  const index = from + Math.floor(place / each);
  return place >= 0 && place < room * each && index < list.rows.length ? index : undefined;
}

/** Returns the search, the sessions with the chosen one in view, and the keys if they fit. */
export function sessionListLines(
  list: SessionList,
  { choose, close }: KeyHints,
  width: number,
  height: number,
  nowMs: number,
): readonly Line[] {
  const { rows, index, query, problem, renaming } = list;
  const { each, hints, room, from } = windowOf(list, height);
  const place: Line = [['dim', `${rows.length === 0 ? 0 : index + 1}/${rows.length}`]];
  const search: Line = [['bold', 'Search '], ['accent', '> '], query, CARET];
  const lines: Line[] = [spread(search, place, width)];
  if (problem !== undefined) lines.push(cut([['dim', `  ${problem}`]], width));
  if (rows.length === 0) {
    const words = query === '' ? 'no conversation is saved yet' : 'nothing was found';
    return [...lines, [['dim', `  ${words}`]]];
  }
  for (const [offset, row] of rows.slice(from, from + room).entries()) {
    const chosen = from + offset === index;
    lines.push(titleLine(row, chosen, chosen ? renaming : undefined, width, nowMs));
    if (each === 2) lines.push(cut(['    ', ...detailOf(row)], width));
  }
  const shown = lines.slice(0, height - hints);
  if (hints === 0) return shown;
  const keys =
    renaming === undefined
      ? [`${choose} opens`, ...CHANGES, `${close} closes`]
      : [`${choose} renames`, `${close} cancels`];
  const empty = Array.from({ length: Math.max(0, height - 1 - shown.length) }, (): Line => []);
  return [
    ...shown,
    ...empty,
    joinThatFit(
      keys.map((key): Line => [['dim', key]]),
      width,
      '   ',
    ),
  ];
}

function titleLine(
  row: SessionRow,
  chosen: boolean,
  renaming: string | undefined,
  width: number,
  nowMs: number,
): Line {
  const { title, usedMs, model, tokens, tokensEstimated, cost, pinned, found } = row;
  const mark: Line = [chosen ? ['accent', '› '] : '  ', pinned ? ['accent', '* '] : ''];
  if (renaming !== undefined) return cut([...mark, renaming, CARET], width);
  const facts: Line[] = [
    [['dim', ago(nowMs - usedMs)]],
    ...(found === undefined ? [] : [...foundFigures(found.figures), `${found.count} found`]).map(
      (fact): Line => [['dim', fact]],
    ),
    ...(model === '' ? [] : [[['dim', model] as const]]),
    ...(tokens === 0 ? [] : [[['dim', `total ${count(tokens, tokensEstimated)} tok`] as const]]),
    ...(cost === undefined ? [] : [[['dim', spentText(cost, cost.unpriced)] as const]]),
  ];
  const left: Line = [...mark, chosen ? ['bold', title] : title];
  // The details get at most half of the row; the title gets the rest.
  const right = joinThatFit(facts, Math.floor(width / 2));
  const rightWidth = right.reduce(
    (cells, span) => cells + (typeof span === 'string' ? span : span[1]).length,
    0,
  );
  return spread(cut(left, Math.max(8, width - rightWidth - 1)), right, width);
}

function detailOf({ found, preview, title }: SessionRow): Line {
  if (found === undefined) return [['dim', preview === title ? '' : preview]];
  return found.snippet.map((piece) => [piece.found ? 'match' : 'dim', piece.text] as const);
}

/** Formats a past time in its largest unit. Returns `now` when the clock was set back. */
export function ago(ms: number): string {
  return ms < 60_000 ? 'now' : `${uptime(ms)} ago`;
}
