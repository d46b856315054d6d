import { counted } from '../../common/text/counted.js';
import { visible } from '../../config/problem.js';
import { spentText } from '../../metrics/cost.js';
import { FOUND_END, FOUND_START, type SearchHit } from '../../sessions/search/search.js';
import type { Message, SessionSummary } from '../../sessions/types.js';
import { bytes } from '../../ui/style/format.js';
import { foundFigures } from '../../ui/style/found-figures.js';
import type { Piece } from '../support/output/sink.js';

/** Formats a session of the list: its id, the time of its last use, its title, facts and first words. */
export function sessionText(session: SessionSummary): string {
  const { id, title, usedMs, model, tokens, tokensEstimated, costUsd, unpriced = 0 } = session;
  const { messages, pinned, preview } = session;
  const facts = [
    counted(messages, 'message'),
    ...(model === null ? [] : [model]),
    `${tokensEstimated ? '~' : ''}${tokens} tokens in total`,
    ...(costUsd === undefined ? [] : [spentText({ usd: costUsd }, unpriced)]),
  ].join(', ');
  const detail = preview === '' || preview === title ? '' : `    ${clip(visible(preview), 96)}\n`;
  return `${id}  ${timeOf(usedMs)}  ${pinned ? '* ' : ''}${visible(title)}  (${visible(facts)})\n${detail}`;
}

/** Formats a message of a conversation. */
export function messageText(message: Message): string {
  return `${headOf(message)}\n${contentOf(message)}\n\n`;
}

/** Returns the parts of the message. */
function contentOf({ text, reasoning, refusal, toolCalls, attachments }: Message): string {
  return [
    ...(reasoning === '' ? [] : [`reasoning: ${reasoning}`]),
    ...(text === '' ? [] : [text]),
    ...(refusal === '' ? [] : [`refused: ${refusal}`]),
    ...toolCalls.map(
      ({ id, name, arguments: args }) => `calls ${name} ${args}${id === '' ? '' : ` (${id})`}`,
    ),
    ...attachments.map(({ name, type, size, url }) => {
      const facts = [name, type, ...(size === null ? [] : [bytes(size)]), ...(url === null ? [] : [url])];
      return `attached: ${facts.join(', ')}`;
    }),
  ].join('\n');
}

function headOf({ role, model, status, finishReason, toolCallId, atMs }: Message): string {
  const who = role === 'user' ? 'you' : role;
  const parts = [
    who,
    timeOf(atMs),
    ...(model === null ? [] : [model]),
    ...(toolCallId === null ? [] : [toolCallId]),
    ...(status === 'complete' ? [] : [status]),
    ...(finishReason === null || finishReason === 'stop' ? [] : [finishReason]),
  ];
  return `--- ${visible(parts.join('  '))}`;
}

/** Formats a message that a search found. */
export function hitText(hit: SearchHit): Piece[] {
  const facts = [hit.role, ...foundFigures(hit.figures)].join(', ');
  const head = `${hit.session}  ${timeOf(hit.atMs)}  ${visible(hit.title)}\n    ${facts}: `;
  return [head, ...marked(hit), '\n'];
}

/** Returns the snippet with the matches in bold. */
function marked({ snippet }: SearchHit): Piece[] {
  return visible(snippet)
    .split(FOUND_START)
    .flatMap((part, index): Piece[] => {
      if (index === 0) return [part];
      const [found = '', rest = ''] = part.split(FOUND_END, 2);
      return [['bold', found], rest];
    });
}

function timeOf(unixMs: number): string {
  const local = new Date(unixMs - new Date(unixMs).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace('T', ' ');
}

function clip(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
