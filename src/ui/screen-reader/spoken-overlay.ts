import type { AppState, Overlay } from '../../state/app-state.js';
import type { SessionList } from '../../state/sessions/session-list.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import { matching, type Picker } from '../../state/view/picker.js';
import type { Search } from '../../state/view/search.js';
import { endingOf } from '../panes/inspector/list.js';
import { type OverlayParts, overlayView } from '../panes/overlay.js';
import { PICKER_TITLES } from '../panes/picker.js';
import { ago } from '../panes/sessions.js';
import { count, duration, timeOfDay } from '../style/format.js';
import { foundFigures } from '../style/found-figures.js';
import { type Line, plainText } from '../style/line.js';

/** The lines of a page; a screen reader reads a page at once. */
export const SPOKEN_ROWS = 20;
/** At this width in cells no overlay has columns side by side. */
export const SPOKEN_WIDTH = 72;

/** Returns an overlay for screen readers: the chosen entry of a list, or a page of a text. */
export function spokenOverlay(overlay: Overlay, parts: OverlayParts): readonly string[] {
  const { hints } = parts.keymap;
  switch (overlay.kind) {
    case 'none':
      return [];
    case 'picker':
      return spokenPicker(overlay, hints);
    case 'sessions':
      return spokenSessions(overlay, hints, parts.state().nowMs);
    case 'inspector':
      return overlay.open ? spokenText(overlay, parts) : spokenExchanges(overlay.chosen, parts);
    default:
      return spokenText(overlay, parts);
  }
}

function spokenPicker(picker: Picker, { choose, close }: KeyHints): readonly string[] {
  const items = matching(picker);
  const item = items[picker.index];
  const typed = picker.query === '' ? '' : `, narrowed by "${picker.query}"`;
  const marks = picker.marked === undefined ? '' : ', tab marks several';
  const keys = `Up and down move, ${choose} chooses${marks}, ${close} closes.`;
  const title = `${PICKER_TITLES[picker.purpose]}${typed}`;
  if (item === undefined) return [`${title}: nothing matches.`, keys];
  const marked = picker.marked?.includes(item.id) ? ', marked' : '';
  const hint = item.hint === undefined ? '' : `, ${sanitizeLine(item.hint)}`;
  return [
    `${title}: ${picker.index + 1} of ${items.length}: ${sanitizeLine(item.label)}${hint}${marked}.`,
    keys,
  ];
}

function spokenSessions(list: SessionList, { choose, close }: KeyHints, nowMs: number): readonly string[] {
  const { rows, index, query, problem, renaming } = list;
  if (renaming !== undefined) return [`New title: ${renaming}`, `${choose} renames, ${close} cancels.`];
  const typed = query === '' ? '' : `, search "${query}"`;
  const row = rows[index];
  const keys = `Typing searches. ${choose} opens, ctrl+r renames, alt+p pins, ctrl+d deletes, ctrl+z restores, ${close} closes.`;
  const problems = problem === undefined ? [] : [`${problem}.`];
  if (row === undefined) return [`Saved conversations${typed}: none.`, ...problems, keys];
  const facts = [
    row.title,
    ...(row.pinned ? ['pinned'] : []),
    ago(nowMs - row.usedMs),
    ...(row.model === '' ? [] : [row.model]),
    ...(row.tokens === 0 ? [] : [`${count(row.tokens, row.tokensEstimated)} tokens in total`]),
    ...(row.found === undefined ? [] : [...foundFigures(row.found.figures), `${row.found.count} found`]),
  ].join(', ');
  const text = row.found === undefined ? row.preview : row.found.snippet.map((piece) => piece.text).join('');
  return [
    `Saved conversations${typed}: ${index + 1} of ${rows.length}: ${facts}.`,
    ...(text === '' || text === row.title ? [] : [text]),
    ...problems,
    keys,
  ];
}

function spokenExchanges(chosen: number, { keymap, log }: OverlayParts): readonly string[] {
  const exchanges = log.all();
  const index = Math.max(
    0,
    exchanges.findIndex(({ number }) => number === chosen),
  );
  const exchange = exchanges[index];
  const { choose, close } = keymap.hints;
  if (exchange === undefined) return [];
  const { number, atMs, endpoint, end } = exchange;
  const ttft = end?.metrics?.ttftMs;
  const facts = [
    `number ${number} at ${timeOfDay(atMs)}`,
    sanitizeLine(`${endpoint.name} ${endpoint.model}`),
    ...(ttft === undefined ? [] : [`first token ${duration(ttft)}`]),
    endingOf(exchange),
  ].join(', ');
  return [
    `Exchanges: ${index + 1} of ${exchanges.length}: ${facts}.`,
    `Up and down move, ${choose} opens, m marks one to compare with, ${close} closes.`,
  ];
}

function spokenText(overlay: Overlay, parts: OverlayParts): readonly string[] {
  const view = overlayView(overlay, { width: SPOKEN_WIDTH, height: SPOKEN_ROWS }, parts);
  if (view === undefined) return [];
  const { close, pageDown } = parts.keymap.hints;
  const more = view.below > 0 ? `${view.below} more lines: ${pageDown}; ` : '';
  return [`${view.title}:`, ...view.lines.slice(0, SPOKEN_ROWS).map(spokenLine), `${more}${close} closes.`];
}

/** Matches bars, frames and marks, because a screen reader would name each character. */
const DRAWN = /[─│┌┐└┘├┤┼▀-▟·×]+/g;

/** Returns a row for screen readers: without drawn characters, and with commas between columns. */
export function spokenLine(line: Line): string {
  return plainText(line).replace(DRAWN, ' ').trim().replace(/ {2,}/g, ', ').replace(/^› /, '');
}

/** Returns the search's state and the line with the current match. */
export function spokenSearch(
  { messages }: Pick<AppState, 'messages'>,
  search: Extract<Search, { kind: 'open' }>,
  { current, total }: { current: number; total: number },
  { choose, close }: KeyHints,
): readonly string[] {
  const { query, current: at } = search;
  const keys = `${choose} goes to the next match, up to the previous one, ${close} closes.`;
  if (query === '') return ['Search the conversation: type a text.', keys];
  if (total === 0 || at === undefined) return [`Search "${query}": nothing found.`, keys];
  const message = messages.find(({ id }) => id === at.message);
  const text = message?.text ?? '';
  const from = text.lastIndexOf('\n', at.offset - 1) + 1;
  const to = text.indexOf('\n', at.offset);
  const who = message?.role === 'user' ? 'you' : message?.role === 'assistant' ? 'the answer' : 'a note';
  const found = text.slice(from, to < 0 ? undefined : to);
  return [`Search "${query}": ${current} of ${total}, in ${who}: ${found}`, keys];
}
