import type { Message, Session } from '../types.js';

/** The branch in use for reading, each message's text as it is. */
export function toMarkdown(sessions: readonly Session[]): string {
  return sessions.map(sessionMarkdown).join('\n');
}

function sessionMarkdown(session: Session): string {
  const created = new Date(session.createdMs).toISOString();
  const parts = [`# ${session.title.replace(/\s+/g, ' ')}\n`, `Session ${session.id}, begun ${created}.\n`];
  for (const message of branchOf(session))
    parts.push(`## ${headingOf(message)}\n`, `${message.text.trim()}\n`);
  return parts.join('\n');
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
