import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { fileReason, messageOf } from '../../common/errors.js';
import { ApiError } from '../http/api-error.js';
import type { Clock } from '../timing/clock.js';
import type { Recording } from './recording.js';
import type { RecordingFile } from './recording-file.js';
import { withoutKeys } from './without-keys.js';

/** Passes chat completions on to a provider, and records its answers with their times. */
export interface Recorder {
  /**
   * Forwards the provider's answer as it arrives. Resolves when the whole answer was forwarded and recorded. Rejects
   * when `signal` is aborted.
   * @throws {ApiError} 502 when the provider can't be reached; then no response has been sent yet
   */
  forward(
    request: { body: string; headers: IncomingHttpHeaders },
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Longer answers are forwarded but not recorded. */
const MAX_RECORDED_BYTES = 64 * 1024 * 1024;
/** The request headers that are passed on to the provider. */
const REQUEST_HEADERS = ['authorization', 'api-key', 'content-type', 'openai-organization', 'openai-project'];

export interface RecorderOptions {
  /** The provider's address with its path, e.g. `https://api.openai.com/v1`. */
  readonly upstream: string;
  /** Recordings are appended to this file. They contain neither the request's messages nor its headers. */
  readonly file: RecordingFile;
  /** Called once, when the file can no longer be written. Recording stops then, and answers are still forwarded. */
  readonly onProblem?: (problem: Error) => void;
}

/** Creates the recorder, which passes requests on to a provider and writes their answers to a file. */
export function createRecorder({ upstream, file, onProblem }: RecorderOptions, clock: Clock): Recorder {
  const url = `${upstream.replace(/\/+$/, '')}/chat/completions`;
  // Write recordings one after the other, so that those of simultaneous answers don't mix.
  let written: Promise<unknown> = Promise.resolve();
  let ended = false;
  const write = (recording: Recording): Promise<unknown> => {
    written = written.then(async () => {
      if (ended) return;
      try {
        await file.add(recording);
      } catch (error) {
        ended = true;
        onProblem?.(
          new Error(`recording to ${file.path} has ended: ${fileReason(error)}; answers are still forwarded`),
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
        // Don't follow redirects: `fetch` would send some keys to another origin, because it removes only some key
        // headers.
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

/** Returns the client's credentials, which the provider might repeat in its answer. */
function keysIn({ authorization = '', 'api-key': apiKey = '' }: IncomingHttpHeaders): string[] {
  return [authorization.replace(/^\w+ +/, ''), String(apiKey)];
}

/** Returns the parts of the request that are recorded. */
function requestOf(body: string): { model: string; stream: boolean } {
  try {
    const { model, stream }: { model?: unknown; stream?: unknown } = JSON.parse(body);
    return { model: typeof model === 'string' ? model : '', stream: stream === true };
  } catch {
    return { model: '', stream: false };
  }
}

/** Returns the reason of a failed `fetch`, which is in the error's cause. */
function reasonOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
