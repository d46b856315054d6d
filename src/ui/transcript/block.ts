import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { AssistantMessage, Message } from '../../state/messages.js';
import { count, duration, seconds, timeOfDay, tokenRate } from '../format.js';
import { cut, type Line, lineWidth, paint, spread } from '../line.js';
import type { Theme, Tone } from '../theme.js';
import { type Body, createBody, type Row } from './body.js';

/** One message as rows: a heading, its text, remarks, an empty row. */
export interface Block {
  readonly message: Message;
  readonly count: number;
  at(index: number): Row | undefined;
}

/** Makes a message's rows again for each state it is in. */
export type BlockMaker = (message: Message) => Block;

interface Note {
  tone: Tone;
  text: string;
}

const BLANK: Row = { text: '', width: 0, offset: 0 };
/** Marks where the text of a running answer goes on. */
const WRITING = '▌';

/** One maker a message and width: it keeps what is wrapped already. */
export function createBlockMaker(first: Message, width: number, theme: Theme): BlockMaker {
  const body =
    first.role === 'notice'
      ? createBody(width, theme, 'plain', 'dim')
      : createBody(width, theme, first.role === 'assistant' ? 'light' : 'plain');
  return (message) => {
    body.update(message.text);
    // Offsets rise from row to row, also where there is no text: a reader's place is one of them.
    const before = [row(headingOf(message, width), -2)];
    if (message.role === 'assistant' && message.reasoning !== '')
      before.push(row(reasoningLine(message), -1));
    return blockOf(message, before, body, afterText(message));
  };

  function row(line: Line, offset: number): Row {
    const shown = cut(line, width);
    return { text: paint(shown, theme), width: lineWidth(shown), offset };
  }

  function afterText(message: Message): { open: readonly Row[]; after: readonly Row[] } {
    const notes = notesOn(message).flatMap(wrapped);
    const apart = notes.length > 0 && message.text !== '' ? [BLANK] : [];
    const after = [...apart, ...notes, BLANK].map((row, index) => ({
      ...row,
      offset: message.text.length + 1 + index,
    }));
    if (message.role !== 'assistant') return { open: body.open, after };
    if (message.status.kind === 'streaming')
      return { open: withCursor(body.open, message, width, theme), after };
    // An answer without text, or one that ends with a newline, leaves an empty row.
    return { open: body.open.filter((row) => row.width > 0), after };
  }

  function wrapped({ tone, text }: Note): Row[] {
    const rows = createBody(width, theme, 'plain', tone);
    rows.update(text);
    return [...rows.closed, ...rows.open];
  }
}

function blockOf(
  message: Message,
  before: readonly Row[],
  body: Body,
  { open, after }: { open: readonly Row[]; after: readonly Row[] },
): Block {
  const { closed } = body;
  // The array grows with the next update; this block keeps its size.
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
      return [
        ['accent', 'you'],
        ['dim', `  ${timeOfDay(message.atMs)}`],
      ];
    case 'assistant': {
      const name: Line = [['bold', 'assistant']];
      const left = message.status.kind === 'streaming' ? name : [...name, ...figures(message.status.metrics)];
      return spread(left, [['dim', message.endpoint.model]], width);
    }
  }
}

/** `TTFT 312 ms   84 tok/s   2.1 s`: only what is known. */
function figures(metrics: ExchangeMetrics): Line {
  const { ttftMs, tokensPerSecond, tokensEstimated, e2eMs, elapsedMs } = metrics;
  const items: string[] = [];
  if (ttftMs !== undefined) items.push(`TTFT ${duration(ttftMs)}`);
  if (tokensPerSecond !== undefined) items.push(tokenRate(tokensPerSecond, tokensEstimated));
  items.push(seconds(e2eMs ?? elapsedMs));
  return items.map((item) => ['dim', `   ${item}`] as const);
}

function reasoningLine(message: AssistantMessage): Line {
  const verb = message.status.kind === 'streaming' && message.text === '' ? 'thinking' : 'thought first';
  return [['dim', `${verb}: ${count(message.reasoning.length)} characters`]];
}

function withCursor(open: readonly Row[], message: Message, width: number, theme: Theme): readonly Row[] {
  const last = open.at(-1);
  const cursor: Row = { text: theme('accent', WRITING), width: 1, offset: message.text.length };
  if (last === undefined || last.width >= width) return [...open, cursor];
  return [...open.slice(0, -1), { ...last, text: last.text + cursor.text, width: last.width + 1 }];
}
