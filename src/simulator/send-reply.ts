import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.js';
import type { Frame, Reply } from './reply.js';

/** A reset overtakes what is still on its way; the last frame gets this long to arrive. */
const RESET_DELAY_MS = 20;

/** Takes a frame; returns a promise when the next one has to wait for the reader. */
type Send = (frame: Frame) => Promise<unknown> | undefined;

/**
 * Hands each frame to `send` when it is due. Frames are placed against the clock, not one after another:
 * a late timer makes none of the later ones late, because those already due follow at once.
 * Rejects once `signal` aborts.
 */
export async function pace(
  frames: Iterable<Frame>,
  startMs: number,
  clock: Clock,
  signal: AbortSignal,
  send: Send,
): Promise<void> {
  for (const frame of frames) {
    await until(startMs + frame.atMs, clock, signal);
    const blocked = send(frame);
    if (blocked !== undefined) await blocked;
  }
}

/** Never returns early, whatever the timer's precision. */
async function until(dueMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let left = dueMs - clock.now(); left > 0; left = dueMs - clock.now()) await clock.wait(left, signal);
  signal.throwIfAborted();
}

/**
 * Plays a reply on a response. Resolves when all of it was handed to the socket; rejects once `signal`
 * aborts, which is also the only end of a reply that hangs.
 * @param onTokens told how many output tokens were sent, each time some were.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  startMs: number,
  clock: Clock,
  signal: AbortSignal,
  onTokens: (count: number) => void,
): Promise<void> {
  if (reply.headersMs === 'never') return aborted(signal);
  await until(startMs + reply.headersMs, clock, signal);
  response.writeHead(reply.status, {
    ...reply.headers,
    'openai-processing-ms': String(Math.round(clock.now() - startMs)),
  });
  response.flushHeaders();
  await pace(reply.frames, startMs, clock, signal, (frame) => {
    const flowing = response.write(frame.bytes());
    if (frame.tokens > 0) onTokens(frame.tokens);
    return flowing ? undefined : once(response, 'drain', { signal });
  });
  switch (reply.ending) {
    case 'end':
      response.end();
      return;
    case 'reset':
      await clock.wait(RESET_DELAY_MS, signal);
      response.socket?.resetAndDestroy();
      return;
    case 'silence':
      return aborted(signal);
  }
}

/** Never resolves; rejects once `signal` aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
