import { ApiError } from './api-error.js';
import { sseEvent } from './completion.js';
import { errorReply, type Frame, type Reply, textReply } from './reply.js';

/** Makes of a sound reply what a faulty provider would have sent. */
export type Fault = (reply: Reply, stream: boolean) => Reply;

/** How long the second part of a character is held back, so that the parts travel in packets of their own. */
const SPLIT_DELAY_MS = 2;

const BROKEN_EVENT = sseEvent('{"id":"chatcmpl-broken","choices":[{"delta":{"content":');

const PORTAL_PAGE = `<!doctype html>
<html><head><title>Sign in</title></head>
<body><h1>Sign in to the network</h1><p>Simulated: a proxy answered instead of the API.</p></body></html>
`;

const serverError = new ApiError(500, {
  message: 'The server had an error while processing your request (simulated).',
});

/** By the name after `sim-fault-`: what the provider does, and how. */
export const FAULTS: Record<string, { about: string; fault: Fault }> = {
  '401': refuse(
    'wrong API key',
    new ApiError(401, { message: 'Incorrect API key provided (simulated).', code: 'invalid_api_key' }),
  ),
  '404': refuse(
    'no such model',
    new ApiError(404, {
      message: 'The model `sim-fault-404` does not exist or you do not have access to it (simulated).',
      param: 'model',
      code: 'model_not_found',
    }),
  ),
  '429': refuse(
    'rate limit, with Retry-After: 2',
    new ApiError(
      429,
      {
        message: 'Rate limit reached (simulated). Please try again in 2s.',
        type: 'requests',
        code: 'rate_limit_exceeded',
      },
      { 'retry-after': '2', 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' },
    ),
  ),
  '500': refuse('internal server error', serverError),
  '503': refuse(
    'overloaded',
    new ApiError(503, {
      message: 'The engine is currently overloaded, please try again later (simulated).',
      type: 'service_unavailable',
    }),
  ),
  html: {
    about: 'a web page with status 200 instead of an answer',
    fault: () => textReply(200, PORTAL_PAGE, 'text/html; charset=utf-8'),
  },
  empty: { about: 'status 200 and an empty body', fault: (reply) => ({ ...reply, frames: [] }) },
  cut: {
    about: 'half the answer, then the regular end of the body',
    fault: (reply) => ({ ...reply, frames: firstHalf(reply.frames) }),
  },
  reset: {
    about: 'half the answer, then a connection reset',
    fault: (reply) => ({ ...reply, frames: firstHalf(reply.frames), ending: 'reset' }),
  },
  hang: {
    about: 'no answer at all, and the connection stays open',
    fault: (reply) => ({ ...reply, headersMs: 'never' }),
  },
  'hang-mid': {
    about: 'half the answer, then silence',
    fault: (reply) => ({ ...reply, frames: firstHalf(reply.frames), ending: 'silence' }),
  },
  malformed: {
    about: 'one event that is no JSON; not streamed: half a JSON body',
    fault: (reply, stream) => ({
      ...reply,
      frames: stream ? insertHalfway(reply.frames, BROKEN_EVENT) : firstHalf(reply.frames),
    }),
  },
  'error-mid': {
    about: 'half the answer, then an error object; not streamed: status 500',
    fault: (reply, stream) => {
      if (!stream) return errorReply(serverError);
      const half = firstHalf(reply.frames);
      return { ...reply, frames: [...half, after(half, sseEvent(JSON.stringify(serverError.body)))] };
    },
  },
  'no-done': {
    about: 'the whole answer with its finish_reason, without [DONE]',
    fault: (reply, stream) => ({ ...reply, frames: stream ? reply.frames.slice(0, -1) : reply.frames }),
  },
  'split-utf8': {
    about: 'emoji and other scripts, each character cut in two by a packet',
    fault: (reply) => ({ ...reply, frames: reply.frames.flatMap(splitCharacters) }),
  },
  crlf: {
    about: 'lines end in CRLF',
    fault: (reply, stream) => ({
      ...reply,
      frames: stream ? reply.frames.map(withCrlf) : reply.frames,
    }),
  },
};

function refuse(about: string, error: ApiError): { about: string; fault: Fault } {
  return { about: `status ${error.status}: ${about}`, fault: () => errorReply(error) };
}

/** The frames up to the middle of the answer; of a single frame, half its bytes. */
function firstHalf(frames: readonly Frame[]): readonly Frame[] {
  const [only, ...others] = frames;
  if (only === undefined || others.length > 0) return frames.slice(0, Math.max(1, frames.length >> 1));
  const half = (): Uint8Array => {
    const bytes = Buffer.from(only.bytes());
    return bytes.subarray(0, bytes.length >> 1);
  };
  return [{ ...only, tokens: only.tokens >> 1, bytes: half }];
}

function insertHalfway(frames: readonly Frame[], text: string): readonly Frame[] {
  const half = firstHalf(frames);
  return [...half, after(half, text), ...frames.slice(half.length)];
}

/** A frame that is due with the last of `frames`. */
function after(frames: readonly Frame[], text: string): Frame {
  return { atMs: frames.at(-1)?.atMs ?? 0, tokens: 0, bytes: () => text };
}

function withCrlf(frame: Frame): Frame {
  return { ...frame, bytes: () => Buffer.from(frame.bytes()).toString().replaceAll('\n', '\r\n') };
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && byte >> 6 === 0b10;

/** Cuts a frame inside each of its characters of several bytes. */
function splitCharacters(frame: Frame): Frame[] {
  const bytes = Buffer.from(frame.bytes());
  const cuts = [...bytes.keys()].filter((at) => isContinuation(bytes[at]) && !isContinuation(bytes[at - 1]));
  return [0, ...cuts].map((from, index) => ({
    atMs: frame.atMs + index * SPLIT_DELAY_MS,
    tokens: index === cuts.length ? frame.tokens : 0,
    bytes: () => bytes.subarray(from, cuts[index] ?? bytes.length),
  }));
}
