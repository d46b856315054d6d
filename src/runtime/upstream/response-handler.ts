import type { Dispatcher } from 'undici';
import { OWN_HEADER_PREFIX } from '../../protocol/constants.js';
import { headerValue } from '../../protocol/header-value.js';
import type { HeaderList } from '../../protocol/messages.js';
import type { Limits } from '../limits.js';
import type { H2Attempt } from './h2-endings.js';
import { endByChunks } from './lenient-parser.js';
import type { Timeline } from './timings.js';
import type { ResponseSink, UpstreamCall } from './transport.js';
import {
  CutStream,
  headersTooLarge,
  invalidStatus,
  tooManyInterim,
  upstreamFailure,
} from './upstream-failure.js';

/** The most interim responses (1xx) before the response. Some servers send one every few seconds while they work. */
const MAX_INTERIM = 1000;

/** One time that undici sends the request. */
export interface Attempt extends H2Attempt {
  readonly timeline: Timeline;
  /** Set once the request's headers are sent. */
  socket?: object | undefined;
}

interface HandlerOptions {
  call: UpstreamCall;
  sink: ResponseSink;
  resolve: () => void;
  reject: (reason: unknown) => void;
  onStart: (attempt: Attempt) => void;
  limits: Limits;
}

/** Translates undici's callbacks into calls of the sink and one final result. */
export function createResponseHandler({
  call: { request, timeline, signal, certificate },
  sink,
  resolve,
  reject,
  onStart,
  limits,
}: HandlerOptions): Dispatcher.DispatchHandler & { abort: () => void } {
  let controller: Dispatcher.DispatchController | undefined;
  let attempt: Attempt | undefined;
  let settled = false;
  let interim = 0;
  let bytes = 0;
  let length: number | undefined;
  const settle = (): void => {
    settled = true;
    signal.removeEventListener('abort', abort);
  };
  const abort = (): void => {
    settle();
    reject(signal.reason);
    controller?.abort(signal.reason);
  };

  const fail = (error: Error): void => {
    if (settled) return;
    settle();
    const { timings } = timeline;
    const { upstreamIdleMs: idleMs } = limits;
    reject(upstreamFailure(error, { origin: request.url.origin, timings, bytes, certificate, idleMs }));
  };

  const end = (): void => {
    if (settled) return;
    if (attempt?.cut === true) {
      fail(new CutStream());
      return;
    }
    timeline.mark('lastByteUs');
    settle();
    resolve();
  };

  return {
    abort,
    onRequestStart(started) {
      // The request was aborted while it waited for a connection. Throwing here drops the request and keeps the
      // connection.
      if (settled) throw signal.reason;
      controller = started;
      attempt = { timeline, cut: false };
      onStart(attempt);
    },
    onRequestSent() {
      timeline.mark('sentUs');
    },
    onResponseStart(flow, statusCode) {
      if (settled) return;
      if (statusCode < 100) throw invalidStatus(request.url.origin, statusCode);
      if (statusCode < 200) {
        interim += 1;
        if (interim > MAX_INTERIM) throw tooManyInterim(request.url.origin);
        return;
      }
      timeline.mark('firstByteUs');
      const received = headersOf(flow.rawHeaders);
      // undici limits only the header bytes of HTTP/1.1 itself.
      if (!Array.isArray(flow.rawHeaders) && sizeOf(received) > limits.responseHeaderBytes) {
        throw headersTooLarge(request.url.origin);
      }
      const headers = received.filter(([name]) => !name.toLowerCase().startsWith(OWN_HEADER_PREFIX));
      length = lengthIn(headers);
      endByChunks(attempt?.socket, headers);
      sink.onHead({ statusCode, headers }, flow);
    },
    onResponseData(_controller, chunk) {
      if (settled) return;
      bytes += chunk.length;
      sink.onData(chunk);
    },
    onResponseEnd: end,
    onResponseError(_controller, error) {
      // When the server closes the connection while reading is paused, undici reports a lost connection, even if it has
      // passed on the whole body.
      if (bytes > 0 && bytes === length) end();
      else fail(error);
    },
  };
}

/** Returns the body's length by its header; undefined for a body in chunks, whose length header has no meaning. */
function lengthIn(headers: HeaderList): number | undefined {
  const length = headerValue(headers, 'content-length');
  const chunked = headerValue(headers, 'transfer-encoding') !== undefined;
  return length === undefined || chunked ? undefined : Number(length);
}

/** Reads undici's raw headers: a list of names and values with HTTP/1.1, an object with HTTP/2. */
function headersOf(raw: Dispatcher.DispatchController['rawHeaders']): HeaderList {
  const headers: Array<HeaderList[number]> = [];
  if (Array.isArray(raw)) {
    for (let index = 0; index + 1 < raw.length; index += 2) {
      headers.push([textOf(raw[index]), textOf(raw[index + 1])]);
    }
    return headers;
  }
  for (const [name, values] of Object.entries(raw ?? {})) {
    for (const value of [values].flat()) headers.push([name, textOf(value)]);
  }
  return headers;
}

/** Returns the size of the headers in bytes, counted as in HTTP/2 (RFC 9113, 10.5.1). */
function sizeOf(headers: HeaderList): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
}

function textOf(part: Buffer | string | undefined): string {
  return typeof part === 'string' ? part : (part?.toString('latin1') ?? '');
}
