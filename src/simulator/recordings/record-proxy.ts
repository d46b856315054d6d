import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { fileReason, messageOf } from '../../common/errors.js';
import { ApiError } from '../http/api-error.js';
import type { Clock } from '../timing/clock.js';
import { formatRecording, type Recording } from './recording.js';
import { withoutKeys } from './without-keys.js';

/** Passes chat completions on to a provider, and writes down what it answers and when. */
export interface Recorder {
  /**
   * Answers with what the provider answers, as it comes. Resolves when all of it was handed on and written
   * down; rejects once `signal` aborts.
   * @throws {ApiError} 502 when the provider cannot be reached; nothing has been sent then
   */
  forward(
    request: { body: string; headers: IncomingHttpHeaders },
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Longer answers go through, and aren't written down. */
const MAX_RECORDED_BYTES = 64 * 1024 * 1024;
/** Passed on; everything else is between the client and us. */
const REQUEST_HEADERS = ['authorization', 'api-key', 'content-type', 'openai-organization', 'openai-project'];

export interface RecorderOptions {
  /** The provider's address with its path, e.g. `https://api.openai.com/v1`. */
  readonly upstream: string;
  /** Recordings are added at its end. Neither the request's messages nor its headers are in them. */
  readonly file: string;
  /** Called once, when the file can't be written any more. Recording stops then; answers go on. */
  readonly onProblem?: (problem: Error) => void;
}

export function createRecorder({ upstream, file, onProblem }: RecorderOptions, clock: Clock): Recorder {
  const url = `${upstream.replace(/\/+$/, '')}/chat/completions`;
  // One after the other, so that recordings of answers at the same time don't mix.
  let written: Promise<unknown> = Promise.resolve();
  let ended = false;
  const write = (recording: Recording): Promise<unknown> => {
    written = written.then(async () => {
      if (ended) return;
      try {
        await appendFile(file, formatRecording(recording));
      } catch (error) {
        // A full disk ends the recording, not the answers; more behind half a recording could not be read.
        ended = true;
        onProblem?.(
          new Error(`recording to ${file} has ended: ${fileReason(error)}; answers still go through`),
        );
      }
    });
    return written;
  };
  return {
    async forward({ body, headers }, response, signal) {
      const sentMs = clock.now();
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...passedOn(headers), 'accept-encoding': 'identity' },
        body,
        // Another address would be given the keys, of which `fetch` knows only some as such.
        redirect: 'manual',
        signal,
      }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new ApiError(502, { message: `The provider at ${url} cannot be reached: ${reasonOf(error)}` });
      });
      const contentType = answer.headers.get('content-type') ?? '';
      const parts: { atMs: number; bytes: Uint8Array }[] = [];
      const head = {
        ...requestOf(body),
        status: answer.status,
        contentType,
        headers: Object.fromEntries(answer.headers),
        headersMs: clock.now() - sentMs,
      };
      response.writeHead(answer.status, contentType === '' ? {} : { 'content-type': contentType });
      response.flushHeaders();

      let size = 0;
      let ending: Recording['ending'] = 'end';
      try {
        for await (const bytes of answer.body ?? []) {
          size += bytes.length;
          if (size <= MAX_RECORDED_BYTES) parts.push({ atMs: clock.now() - sentMs, bytes });
          if (!response.write(bytes)) await once(response, 'drain', { signal });
        }
      } catch {
        signal.throwIfAborted();
        ending = 'broken';
      }
      if (size <= MAX_RECORDED_BYTES) await write(withoutKeys({ ...head, parts, ending }, keysIn(headers)));
      if (ending === 'end') response.end();
      else response.destroy();
    },
  };
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    REQUEST_HEADERS.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

/** The client's credentials, which the provider might say back. */
function keysIn({ authorization = '', 'api-key': apiKey = '' }: IncomingHttpHeaders): string[] {
  return [authorization.replace(/^\w+ +/, ''), String(apiKey)];
}

/** What of the request is written down. */
function requestOf(body: string): { model: string; stream: boolean } {
  try {
    const { model, stream }: { model?: unknown; stream?: unknown } = JSON.parse(body);
    return { model: typeof model === 'string' ? model : '', stream: stream === true };
  } catch {
    return { model: '', stream: false };
  }
}

/** `fetch` hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
