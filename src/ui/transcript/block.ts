import type { Message } from '../../state/messages.js';
import { attachmentText } from '../panes/composer.js';
import { timeOfDay } from '../style/format.js';
import { cut, type Line } from '../style/line.js';
import type { Tone } from '../style/theme.js';
import { answerLine, turnMark } from './answer-line.js';
import { type Body, createPlainBody, type Row, rowOf } from './body.js';
import { createCallRows } from './calls.js';
import type { Highlighter } from './markdown/highlight.js';
import { createMarkdownBody } from './markdown/markdown-body.js';
import { createReasoningRows } from './reasoning.js';

/** A message as rows: a heading, its text, remarks and an empty row. */
export interface Block {
  readonly message: Message;
  readonly count: number;
  at(index: number): Row | undefined;
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
  return (message) => {
    body.update(message.text, isGrowing(message));
    // Offsets increase from row to row, also in rows without text, because a scroll position is an offset.
    const heading = rowOf(cut(headingOf(message, width), width), -2);
    const before = message.role === 'assistant' ? [heading, ...thoughts.rows(message)] : [heading];
    return blockOf(message, before, body, afterText(message));
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
    return [...rows.closed, ...rows.open];
  }
}

function isGrowing(message: Message): boolean {
  return message.role === 'assistant' && message.status.kind === 'streaming';
}

function blockOf(
  message: Message,
  before: readonly Row[],
  body: Body,
  { open, after }: { open: readonly Row[]; after: readonly Row[] },
): Block {
  const { closed } = body;
  // `closed` grows with later updates, so this block records its current length.
  const closedCount = closed.length;
  const rest = [...open, ...after];
  return {
    message,
    count: before.length + closedCount + rest.length,
    at(index) {
      if (index < before.length) return before[index];
      const inText = index - before.length;
      return inText < closedCount ? closed[inText] : rest[inText - closedCount];
    },
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
