import type { Attachment } from '../../common/chat/attachments.js';
import { costBasis, costFrom, costText, spentOn } from '../../metrics/cost.js';
import { speedFrom } from '../../metrics/saved-speed.js';
import type { Message, Session } from '../types.js';
import { closedMarkdown } from './closed-markdown.js';

/** Returns the current branches as Markdown. Message texts are unchanged, and images follow as data at the end. */
export function toMarkdown(sessions: readonly Session[]): string {
  const images: string[] = [];
  const texts = sessions.map((session) => sessionMarkdown(session, images)).join('\n');
  const references = images.map((data, index) => `[image-${index + 1}]: ${data}\n`).join('');
  return references === '' ? texts : `${texts}\n${references}`;
}

function sessionMarkdown(session: Session, images: string[]): string {
  const created = new Date(session.createdMs).toISOString();
  const parts = [
    `# ${session.title.replace(/\s+/g, ' ')}`,
    `Session ${session.id}, begun ${created}.${costOf(session)}`,
  ];
  for (const message of branchOf(session))
    parts.push(`## ${headingOf(message)}`, ...figuresOf(session, message), ...contentOf(message, images));
  return `${parts.join('\n\n')}\n`;
}

/** Returns the cost of all answers of the session; empty when no price is known. */
function costOf({ exchanges }: Session): string {
  const { cost, unpriced } = spentOn(
    exchanges.map(({ metrics }) => ({ cost: costFrom(metrics), billed: Number(metrics.outputTokens) > 0 })),
  );
  return cost === undefined ? '' : ` Cost ${costText(cost)} ${costBasis(cost, unpriced)}.`;
}

/** Returns the parts of a message, one block for each. */
function contentOf(message: Message, images: string[]): string[] {
  const { text, reasoning, refusal, toolCalls, attachments } = message;
  const blocks: string[] = [];
  if (reasoning !== '') blocks.push('Reasoning:', quoted(reasoning));
  if (message.role === 'tool') blocks.push(fenced(text));
  else if (text.trim() !== '') blocks.push(closedMarkdown(withoutEdges(text)));
  if (refusal !== '') blocks.push('Refusal:', quoted(refusal));
  for (const { id, name, arguments: args } of toolCalls)
    blocks.push(`Calls ${inlineCode(name)}${id === '' ? '' : ` (${inlineCode(id)})`}:`, fenced(args, 'json'));
  for (const attachment of attachments) blocks.push(attachmentLine(attachment, images));
  return blocks;
}

function attachmentLine({ name, type, size, data, url }: Attachment, images: string[]): string {
  const label = name.replace(/\s+/g, ' ').replace(/[\\[\]]/g, '\\$&');
  const facts = [type, ...(size === null ? [] : [`${size} bytes`])].join(', ');
  if (data !== null && type.startsWith('image/')) {
    images.push(`data:${type};base64,${data}`);
    return `![${label}][image-${images.length}] (${facts})`;
  }
  if (url !== null && /^https?:[^\s<>]+$/.test(url))
    return `${type.startsWith('image/') ? '!' : ''}[${label}](<${url}>) (${facts})`;
  return `Attached: ${label} (${facts})`;
}

/** Removes empty lines around a text. The first line keeps its indentation. */
function withoutEdges(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
}

function quoted(text: string): string {
  return text.trim().replace(/^/gm, '> ');
}

/** Encloses a text in a fence that is longer than all runs of backticks in it. */
function fenced(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function inlineCode(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const ticks = '`'.repeat(longestRun(line) + 1);
  return line.includes('`') ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

/** Returns the length of the longest run of backticks. */
function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}

/** Returns the figures of an answer's exchange in one line, or nothing if none were saved. */
export function figuresOf({ exchanges }: Session, { id }: Message): string[] {
  const exchange = exchanges.find(({ answerId }) => answerId === id);
  if (exchange === undefined) return [];
  const { metrics } = exchange;
  const { ttftMs, outputTokens, hiddenTokens, cachedTokens, tokensEstimated, malformedEvents } = metrics;
  const speed = speedFrom(metrics);
  const figures: string[] = [];
  if (typeof ttftMs === 'number') figures.push(`TTFT ${ttftMs.toFixed(0)} ms`);
  if (speed.kind === 'measured') figures.push(`${speed.tokensPerSecond.toFixed(1)} tok/s`);
  if (typeof outputTokens === 'number' && outputTokens > 0)
    figures.push(`${tokensEstimated === true ? '~' : ''}${outputTokens} tokens`);
  if (typeof hiddenTokens === 'number') figures.push(`${hiddenTokens} hidden tokens`);
  if (typeof cachedTokens === 'number') figures.push(`${cachedTokens} cached tokens`);
  if (typeof malformedEvents === 'number' && malformedEvents > 0)
    figures.push(`${malformedEvents} unreadable events`);
  const cost = costFrom(metrics);
  if (cost !== undefined) figures.push(`${costText(cost)} ${costBasis(cost)}`);
  return figures.length === 0 ? [] : [`*${figures.join(', ')}*`];
}

/** Returns the author, the time and the ending of a message. */
export function headingOf({ role, model, status, finishReason, toolCallId, atMs }: Message): string {
  const who = {
    user: 'You',
    system: 'System',
    assistant: `Assistant${model === null ? '' : ` (${model})`}`,
    tool: `Tool result${toolCallId === null ? '' : ` (${toolCallId})`}`,
  }[role];
  const reason = finishReason === null || finishReason === 'stop' ? '' : ` (${finishReason})`;
  const remark = status === 'complete' && reason === '' ? '' : `, ${status}${reason}`;
  return `${who}, ${new Date(atMs).toISOString()}${remark}`.replace(/\s+/g, ' ');
}

/** Returns the messages of the current branch, from the first one to the head. */
export function branchOf({ messages, headId }: Session): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  let at = headId === null ? undefined : byId.get(headId);
  while (at !== undefined) {
    branch.push(at);
    const parent: number | null = at.parentId;
    // A parent's id is below its children's, except in a damaged file.
    at = parent === null || parent >= at.id ? undefined : byId.get(parent);
  }
  return branch.reverse();
}
