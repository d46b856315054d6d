import { costFrom, costText } from '../../metrics/cost.js';
import { speedFrom } from '../../metrics/saved-speed.js';
import type { Message, Session } from '../types.js';

/** The branch in use for reading, each message's text as it is. */
export function toMarkdown(sessions: readonly Session[]): string {
  return sessions.map(sessionMarkdown).join('\n');
}

function sessionMarkdown(session: Session): string {
  const created = new Date(session.createdMs).toISOString();
  const parts = [`# ${session.title.replace(/\s+/g, ' ')}\n`, `Session ${session.id}, begun ${created}.\n`];
  for (const message of branchOf(session))
    parts.push(`## ${headingOf(message)}\n`, ...figuresOf(session, message), `${message.text.trim()}\n`);
  return parts.join('\n');
}

/** The figures of the exchange that brought a message, in one line; nothing where none were saved. */
function figuresOf({ exchanges }: Session, { id }: Message): string[] {
  const exchange = exchanges.find(({ answerId }) => answerId === id);
  if (exchange === undefined) return [];
  const { metrics } = exchange;
  const { ttftMs, outputTokens, hiddenTokens, cachedTokens, tokensEstimated } = metrics;
  const speed = speedFrom(metrics);
  const figures: string[] = [];
  if (typeof ttftMs === 'number') figures.push(`TTFT ${ttftMs.toFixed(0)} ms`);
  if (speed.kind === 'measured') figures.push(`${speed.tokensPerSecond.toFixed(1)} tok/s`);
  if (typeof outputTokens === 'number' && outputTokens > 0)
    figures.push(`${tokensEstimated === true ? '~' : ''}${outputTokens} tokens`);
  if (typeof hiddenTokens === 'number') figures.push(`${hiddenTokens} hidden tokens`);
  if (typeof cachedTokens === 'number') figures.push(`${cachedTokens} cached tokens`);
  const cost = costFrom(metrics);
  if (cost !== undefined) figures.push(`${costText(cost)} by prices of ${cost.asOf}`);
  return figures.length === 0 ? [] : [`*${figures.join(', ')}*\n`];
}

function headingOf({ role, model, status, atMs }: Message): string {
  const who =
    role === 'user'
      ? 'You'
      : role === 'system'
        ? 'System'
        : `Assistant${model === null ? '' : ` (${model})`}`;
  const remark = status === 'complete' ? '' : `, ${status}`;
  return `${who}, ${new Date(atMs).toISOString()}${remark}`;
}

/** The messages from the first one to the head. */
export function branchOf({ messages, headId }: Session): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  let at = headId === null ? undefined : byId.get(headId);
  while (at !== undefined) {
    branch.push(at);
    const parent: number | null = at.parentId;
    // A parent is older than its children.
    at = parent === null || parent >= at.id ? undefined : byId.get(parent);
  }
  return branch.reverse();
}
