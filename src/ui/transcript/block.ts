import type { Message } from '../../state/messages.js';
import { attachmentText } from '../panes/composer.js';
import { timeOfDay } from '../style/format.js';
import { cut, type Line } from '../style/line.js';
import type { Tone } from '../style/theme.js';
import { answerLine, turnMark } from './answer-line.js';
import { type Body, createPlainBody, laidOutPart, type Part, type Row, rowOf, rowsIn } from './body.js';
import { createCallRows } from './calls.js';
import type { Highlighter } from './markdown/highlight.js';
import { createMarkdownBody } from './markdown/markdown-body.js';
import { createReasoningRows } from './reasoning.js';

/** A message as rows: a heading, its text, remarks and an empty row. The first and the last part have rows. */
export interface Block {
  readonly message: Message;
  /** The number of parts. */
  readonly parts: number;
  /** @param index below `parts` */
  part(index: number): Part;
  /** The number of rows without those that were not laid out when the block was first made. */
  readonly counted: number;
}

/** Makes the rows of a message; called again for each of its versions. */
export type BlockMaker = (message: Message) => Block;

export interface BlockLook {
  /** The width in cells. */
  readonly width: number;
  readonly highlighter: Highlighter;
  /** The terminal shows styles [true]. */
  readonly styles?: boolean;
  /** The terminal opens links [false]. */
  readonly hyperlinks?: boolean;
  /** Reasoning is shown in full. */
  readonly reasoning: boolean;
  /** Answers are shown as Markdown source [false]. */
  readonly source?: boolean;
}

interface Note {
  tone: Tone;
  text: string;
}

const BLANK: Row = { line: [], width: 0, offset: 0 };
/** Marks the end of a running answer's text. */
const WRITING = '▌';

/** Creates the maker of one message. It keeps finished rows, so a growing answer only costs its new text. */
export function createBlockMaker(first: Message, look: BlockLook): BlockMaker {
  const { width, reasoning } = look;
  const body =
    first.role === 'assistant' && !look.source
      ? createMarkdownBody(look)
      : createPlainBody(width, first.role === 'notice' ? 'dim' : 'plain');
  const thoughts = createReasoningRows(width, reasoning);
  const calls = createCallRows(width);
  const countedIn = createCount(body);
  return (message) => {
    body.update(message.text, isGrowing(message));
    // Offsets increase from row to row, also in rows without text, because a scroll position is an offset.
    const heading = rowOf(cut(headingOf(message, width), width), -2);
    const before = message.role === 'assistant' ? [heading, ...thoughts.rows(message)] : [heading];
    return blockOf(message, before, body, afterText(message), countedIn());
  };

  function afterText(message: Message): { open: readonly Row[]; after: readonly Row[] } {
    const called = message.role === 'assistant' ? calls.rows(message.toolCalls ?? []) : [];
    const notes = notesOn(message).flatMap(wrapped);
    const remarks = notes.length > 0 && message.role === 'assistant';
    const text = message.text === '' ? [] : [body];
    const after = [
      ...(called.length > 0 && text.length > 0 ? [BLANK] : []),
      ...(isGrowing(message) && called.length > 0 ? withCursor(called, message, width) : called),
      ...(remarks && (text.length > 0 || called.length > 0) ? [BLANK] : []),
      ...notes,
      BLANK,
    ].map((row, index) => ({ ...row, offset: message.text.length + 1 + index }));
    const growing = isGrowing(message) && called.length === 0;
    return { open: growing ? withCursor(body.open, message, width) : body.open, after };
  }

  function wrapped({ tone, text }: Note): Row[] {
    const rows = createPlainBody(width, tone);
    rows.update(text);
    return rowsIn(rows);
  }
}

function isGrowing(message: Message): boolean {
  return message.role === 'assistant' && message.status.kind === 'streaming';
}

function blockOf(
  message: Message,
  before: readonly Row[],
  { closed }: Body,
  { open, after }: { open: readonly Row[]; after: readonly Row[] },
  counted: number,
): Block {
  // `closed` grows with later updates, so this block records its current length.
  const closedCount = closed.length;
  const rest = [...open, ...after];
  const first = laidOutPart(before[0]?.offset ?? 0, before);
  const last = laidOutPart(rest[0]?.offset ?? 0, rest);
  return {
    message,
    parts: closedCount + 2,
    part: (index) => (index === 0 ? first : index <= closedCount ? (closed[index - 1] ?? last) : last),
    counted: before.length + counted + rest.length,
  };
}

/** Returns a function that returns the number of closed rows, without the parts that its first call finds deferred. */
function createCount({ closed }: Body): () => number {
  let next: number | undefined;
  let rows = 0;
  return () => {
    next ??= closed.some(({ isLaidOut }) => !isLaidOut) ? closed.length : 0;
    for (; next < closed.length; next += 1) rows += closed[next]?.count ?? 0;
    return rows;
  };
}

function notesOn(message: Message): Note[] {
  if (message.role === 'user') {
    const attachments = message.attachments ?? [];
    return attachments.map((one) => ({ tone: 'dim', text: `attached ${attachmentText(one)}` }));
  }
  if (message.role !== 'assistant' || message.status.kind === 'streaming') return [];
  const { status } = message;
  const remarks: Note[] = status.remarks.map((remark) => ({ tone: 'dim', text: `· ${remark}` }));
  if (status.kind !== 'error') return remarks;
  const { what, next } = status.failure;
  return [{ tone: 'bold', text: `✗ failed: ${what}` }, { tone: 'dim', text: `→ ${next}` }, ...remarks];
}

function headingOf(message: Message, width: number): Line {
  switch (message.role) {
    case 'notice':
      return [['dim', message.level === 'warning' ? 'warning' : 'note']];
    case 'user':
    case 'tool':
      return [
        ['accent', message.role === 'user' ? 'you' : `result of ${message.call.name}`],
        ['dim', `  ${timeOfDay(message.atMs)}`],
        ...(message.turn === undefined ? [] : ['   ', turnMark(message.turn)]),
      ];
    case 'assistant':
      return answerLine(message, width);
  }
}

function withCursor(open: readonly Row[], message: Message, width: number): readonly Row[] {
  const last = open.at(-1);
  const cursor: Line = [['accent', WRITING]];
  if (last === undefined || last.width >= width) return [...open, rowOf(cursor, message.text.length)];
  return [...open.slice(0, -1), { ...last, ...rowOf([...last.line, ...cursor], last.offset) }];
}
