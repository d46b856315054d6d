import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  openSync,
  type ReadStream,
  statSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { fileReason } from '../../common/errors.js';
import type { ChatMessage } from '../../connector/messages.js';
import type { ToolCall } from '../../sdk/chat/chat-types.js';
import { UsageError } from '../support/flags/usage-error.js';

/** The result of a tool call as a message. */
export type ToolMessage = Extract<ChatMessage, { role: 'tool' }> & { content: string };

/** The source of the results of tool calls, one line for each result. */
export interface ToolResults {
  /** Resolves to one message for each call, in order; undefined when there are too few lines. */
  next(calls: readonly ToolCall[], signal: AbortSignal): Promise<ToolMessage[] | undefined>;
  close(): void;
}

/**
 * Reads results as they are written: a file, a named pipe, or /dev/tty to type them.
 * @throws {UsageError} when the file cannot be read, also from `next`
 */
export function openToolResults(path: string): ToolResults {
  const refusal = (error: unknown): UsageError =>
    new UsageError(`--tool-results ${path} cannot be read: ${fileReason(error)}`);
  try {
    accessSync(path, constants.R_OK);
    if (statSync(path).isDirectory()) throw new Error('it is a folder');
  } catch (error) {
    throw refusal(error);
  }
  const input = createReadStream(path);
  const failed = new Promise<never>((_resolve, reject) => {
    input.once('error', (error) => reject(refusal(error)));
  });
  // Avoids an unhandled rejection: `next` awaits this promise.
  failed.catch(() => {});
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = reader[Symbol.asyncIterator]();
  return {
    async next(calls, signal) {
      const messages: ToolMessage[] = [];
      const onAbort = (): void => reader.close();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        for (const { id } of calls) {
          const line = await Promise.race([lines.next(), failed]);
          if (line.done || signal.aborted) return undefined;
          messages.push({ role: 'tool', tool_call_id: id, content: line.value });
        }
        return messages;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    close() {
      reader.close();
      input.destroy();
      if (input.pending) releaseReader(input, path);
    },
  };
}

/**
 * Opens a named pipe as a writer until the reader has ended. Without a writer, the reader would wait, and the process
 * could not end. With O_RDWR, the pipe opens even when nothing reads it yet.
 */
function releaseReader(input: ReadStream, path: string): void {
  try {
    const writer = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    input.once('close', () => closeSync(writer));
  } catch {
    // This file can't be written, so it is no pipe that waits for this program.
  }
}
