import type { Attachment } from '../../common/chat/attachments.js';
import type { AppState } from '../app-state.js';

/**
 * The Base64 characters allowed for all attachments of a conversation together. A request is at most 10 MiB, and each
 * request carries all attachments again.
 */
const MAX_DATA = 9 * 1024 * 1024;

/** Returns the reason why the file can't be attached; undefined when it can. */
export function tooMuch(
  state: Pick<AppState, 'messages' | 'queue' | 'attachments'>,
  next: Attachment,
): string | undefined {
  const sent = state.messages.flatMap((message) =>
    message.role === 'user' ? (message.attachments ?? []) : [],
  );
  const queued = state.queue.flatMap((message) => message.attachments);
  const used = [...sent, ...queued, ...state.attachments].reduce(
    (sum, { data }) => sum + (data ?? '').length,
    0,
  );
  const needed = (next.data ?? '').length;
  if (used + needed <= MAX_DATA) return undefined;
  const most = ((Math.max(0, MAX_DATA - used) * 3) / 4 / 1_000_000).toFixed(1);
  return used === 0
    ? `attach a smaller file: a request takes at most ${most} MB`
    : `attach a smaller file, or begin a new conversation: this one has ${most} MB left`;
}

/** Returns e.g. `cat.png, notes.md`. */
export function namesOf(attachments: readonly Attachment[]): string {
  return attachments.map(({ name }) => name).join(', ');
}
