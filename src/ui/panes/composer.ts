import type { Attachment } from '../../common/chat/attachments.js';
import type { AppState, ResumeOffer } from '../../state/app-state.js';
import { namesOf } from '../../state/attachments/attachments.js';
import { type Editor, selectionOf } from '../../state/editor/editor.js';
import { type ChatSettings, parameterText } from '../../state/endpoint/chat-settings.js';
import { shownLine } from '../../state/text/graphemes.js';
import { cursorPlace, type DraftRow, neighbourRow } from '../../state/text/motion.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { shownPiece } from '../../state/text/wrap.js';
import { type AwaitedCall, awaitedCall } from '../../state/tools/tool-calls.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import { parameterNames, settingIn, type TypedSetting } from '../keys/completion.js';
import { completions } from '../keys/keymap.js';
import { PROMPT_WIDTH } from '../layout.js';
import { bytes } from '../style/format.js';
import { type Line, plainText, type Span } from '../style/line.js';

export interface ComposerView {
  lines: readonly Line[];
  /** The terminal's cursor, from the composer's top left. */
  cursor: { x: number; y: number };
}

/** Returns the row above the draft: the queue, an edited message, or matching commands. */
export function draftNote(state: DraftState): string | undefined {
  const { queue, revising, draft, offer, keys } = state;
  const [next] = queue;
  if (next !== undefined) {
    const more = queue.length > 1 ? ` (and ${queue.length - 1} more)` : '';
    return `queued${more}: ${sanitizeLine(next.text.slice(0, 500)) || namesOf(next.attachments)}`;
  }
  if (revising !== undefined) return `editing a message: ${keys.send} sends it again, ${keys.stop} cancels`;
  const commands = completions(draft.text);
  const setting = settingIn(draft.text);
  if (setting !== undefined) return settingNote(setting, state.settings);
  const awaited = awaitedCall(state);
  if (commands.length === 0 && awaited !== undefined) return awaitedNote(awaited, keys);
  if (commands.length === 0) return offer === undefined ? undefined : offered(offer, keys);
  if (commands.length > 1) return commands.map(({ command }) => `/${command}`).join(' ');
  return commands.map(({ command, argument = '', help }) => `/${command} ${argument}: ${help}`).join('');
}

/** Returns the attachments of the draft in one row; undefined without any. */
export function attachedNote({ attachments }: Pick<AppState, 'attachments'>): string | undefined {
  if (attachments.length === 0) return undefined;
  return `attached: ${attachments.map(attachmentText).join(', ')}; /detach removes the last`;
}

/** Returns e.g. `cat.png 12.3 kB`. */
export function attachmentText({ name, size }: Attachment): string {
  return size === null ? name : `${name} ${bytes(size)}`;
}

type DraftState = Pick<
  AppState,
  'settings' | 'queue' | 'revising' | 'draft' | 'offer' | 'keys' | 'messages' | 'callsLeft' | 'comparison'
>;

/**
 * Returns the members that begin with the typed name. For a single one, returns its value and the values that it
 * accepts.
 */
function settingNote({ name, word }: TypedSetting, settings: ChatSettings): string {
  const names = word === undefined ? parameterNames(name) : [name];
  return names.length > 1 ? names.join(' ') : parameterText(settings, names[0] ?? name);
}

/** Returns a row that names the tool call that waits for its result. */
export function awaitedNote({ call, number, of }: AwaitedCall, { stop }: KeyHints): string {
  const which = of > 1 ? ` (call ${number} of ${of})` : '';
  return `type the result of ${call.name}${which}, or /result FILE; ${stop} skips it`;
}

/** Returns a row that offers to resume a conversation. */
export function offered({ title, interrupted }: ResumeOffer, { goOn }: KeyHints): string {
  const what = interrupted ? 'an answer was interrupted' : 'a message was not sent';
  return `${goOn} resumes "${title}": ${what}`;
}

/** Returns how many rows the draft takes, at most `most`. */
export function draftRows(text: string, width: number, most: number): number {
  let rows = 1;
  let row: DraftRow | undefined = cursorPlace({ text, cursor: 0 }, width).row;
  while (rows < most) {
    row = neighbourRow(text, row, 1, width);
    if (row === undefined) break;
    rows += 1;
  }
  return rows;
}

/**
 * Returns the `height` rows of the draft around the cursor. It wraps only those rows of a long draft.
 * @param placeholder shown when the draft is empty
 */
export function composerView(
  editor: Editor,
  width: number,
  height: number,
  placeholder = 'write a message',
): ComposerView {
  const { text } = editor;
  if (text === '') {
    return { lines: [[PROMPT, ['dim', placeholder]]], cursor: { x: PROMPT_WIDTH, y: 0 } };
  }
  const place = cursorPlace(editor, width);
  const rows: DraftRow[] = [place.row];
  let cursorRow = 0;
  const extend = (step: -1 | 1): boolean => {
    const edge = step < 0 ? rows[0] : rows.at(-1);
    const next = edge && neighbourRow(text, edge, step, width);
    if (next === undefined) return false;
    if (step < 0) {
      rows.unshift(next);
      cursorRow += 1;
    } else {
      rows.push(next);
    }
    return true;
  };
  // Center the cursor, but fill the height when the draft ends above or below.
  while (cursorRow < Math.floor((height - 1) / 2) && extend(-1));
  while (rows.length < height && extend(1));
  while (rows.length < height && extend(-1));
  return {
    lines: rows.map((row) => [row.start === 0 ? PROMPT : MORE, ...spansOf(text, row, selectionOf(editor))]),
    cursor: { x: PROMPT_WIDTH + place.column, y: cursorRow },
  };
}

/** Returns a row of the draft, with its selected part marked. */
function spansOf(text: string, row: DraftRow, selected: DraftRow | undefined): Span[] {
  const shown = shownPiece(text, row);
  if (selected === undefined || selected.start >= row.end || selected.end <= row.start) return [shown];
  // A tab is one character but several cells, so measure the shown text.
  const at = (offset: number): number => shownLine(text.slice(row.start, Math.max(row.start, offset))).length;
  const [from, to] = [at(selected.start), at(selected.end)];
  const spans: Span[] = [shown.slice(0, from), ['match', shown.slice(from, to)], shown.slice(to)];
  return spans.filter((span) => plainText([span]) !== '');
}

const PROMPT = ['accent', ' > '] as const;
const MORE = '   ';
