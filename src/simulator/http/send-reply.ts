import type { ServerResponse } from 'node:http';
import type { Frame, Reply } from '../chat/reply.js';
import type { Clock } from '../timing/clock.js';
import { pace, until } from '../timing/pace.js';
import { bodyWriter } from './body-writer.js';

/** How long to wait before a reset, in ms, because a reset would discard a frame that is still in transit. */
const RESET_DELAY_MS = 20;

/** Called each time frames were written to the socket. `lateMs`: how late the first frame was. */
export type OnSent = (tokens: number, lateMs: number) => void;

/**
 * Sends a reply. Resolves when all frames were written to the socket. Rejects when `signal` is aborted, which is the
 * only end of a reply that hangs.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  startMs: number,
  clock: Clock,
  signal: AbortSignal,
  onSent: OnSent,
): Promise<void> {
  if (reply.headersMs === 'never') return aborted(signal);
  await until(startMs + reply.headersMs, clock, signal);
  if (reply.recorded) {
    response.removeHeader('x-request-id');
    response.sendDate = false;
  } else {
    response.setHeader('openai-processing-ms', String(Math.round(clock.now() - startMs)));
  }
  response.writeHead(reply.status, reply.headers);
  response.flushHeaders();
  const write = bodyWriter(response);
  await pace(reply.frames, startMs, clock, signal, (due) => {
    const blocked = write(joined(due), signal);
    const dueMs = startMs + (due[0]?.atMs ?? 0);
    onSent(
      due.reduce((sum, { tokens }) => sum + tokens, 0),
      clock.now() - dueMs,
    );
    return blocked;
  });
  switch (reply.ending) {
    case 'end':
      response.end();
      return;
    case 'reset':
      await until(clock.now() + RESET_DELAY_MS, clock, signal);
      response.socket?.resetAndDestroy();
      return;
    case 'silence':
      return aborted(signal);
  }
}

function joined(frames: readonly Frame[]): string | Uint8Array {
  const [first] = frames;
  if (first !== undefined && frames.length === 1) return first.bytes();
  const pieces = frames.map((frame) => frame.bytes());
  const texts = pieces.filter((piece) => typeof piece === 'string');
  if (texts.length === pieces.length) return texts.join('');
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}

/** Never resolves. Rejects when `signal` is aborted. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
