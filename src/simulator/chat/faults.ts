import type { Random } from '../../common/random.js';
import { ApiError } from '../http/api-error.js';
import { sseEvent } from './completion.js';
import type { DescribedFault } from './fault.js';
import {
  charactersSplit,
  dripping,
  endWith,
  firstHalf,
  insertHalfway,
  rewritten,
  withoutLast,
} from './frames.js';
import { type Reply, textReply } from './reply.js';
import { REPORTED_FAULTS } from './reported-faults.js';

const DRIP_BYTES = 16;
const DRIP_MS = 10;
const HUGE_BYTES = 2 ** 20;

const BROKEN_EVENT = sseEvent('{"id":"chatcmpl-broken","choices":[{"delta":{"content":');

const PORTAL_PAGE = `<!doctype html>
<html><head><title>Sign in</title></head>
<body><h1>Sign in to the network</h1><p>Simulated: a proxy answered instead of the API.</p></body></html>
`;

const serverError = new ApiError(500, {
  message: 'The server had an error while processing your request (simulated).',
});

/** The faults by their name after `sim-fault-`. */
export const FAULTS: Record<string, DescribedFault> = {
  '400': refuse(
    'invalid request',
    new ApiError(400, { message: 'Your request was not accepted (simulated).', code: 'invalid_request' }),
  ),
  '401': refuse(
    'wrong API key',
    new ApiError(401, { message: 'Incorrect API key provided (simulated).', code: 'invalid_api_key' }),
  ),
  '404': refuse(
    'unknown model',
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
    about: 'half the answer, then the normal end of the body',
    fault: (reply, { stream }) => ({ ...reply, frames: firstHalf(reply, stream) }),
  },
  reset: {
    about: 'half the answer, then a connection reset',
    fault: (reply, { stream }) => ({ ...reply, frames: firstHalf(reply, stream), ending: 'reset' }),
  },
  hang: {
    about: 'no answer at all, and the connection stays open',
    fault: (reply) => ({ ...reply, headersMs: 'never' }),
  },
  'hang-mid': {
    about: 'half the answer, then silence',
    fault: (reply, { stream }) => ({ ...reply, frames: firstHalf(reply, stream), ending: 'silence' }),
  },
  malformed: {
    about: 'one event that is not JSON; not streamed: half a JSON body',
    fault: (reply, { stream }) => ({
      ...reply,
      frames: stream ? insertHalfway(reply, BROKEN_EVENT) : firstHalf(reply, stream),
    }),
  },
  'error-mid': {
    about: 'half the answer, then an error object; not streamed: status 500',
    fault: (reply, { stream, format }) =>
      stream
        ? {
            ...reply,
            frames: endWith(firstHalf(reply, stream), (before) => format.errorEvent(serverError, before)),
          }
        : format.refusal(serverError),
  },
  'no-done': streamed('the whole answer with its finish_reason, without [DONE]', ({ frames }) =>
    withoutLast(frames),
  ),
  drip: {
    about: `the answer ${DRIP_BYTES} bytes at a time, one every ${DRIP_MS} ms`,
    fault: (reply) => ({ ...reply, frames: dripping(reply.frames, DRIP_BYTES, DRIP_MS) }),
  },
  'huge-event': streamed('one event of 1 MiB', (reply) =>
    insertHalfway(reply, sseEvent(JSON.stringify({ choices: [], padding: 'x'.repeat(HUGE_BYTES) }))),
  ),
  'split-utf8': {
    about: 'emoji and other scripts, each character split between two packets',
    fault: (reply) => ({ ...reply, frames: charactersSplit(reply.frames) }),
  },
  crlf: streamed('lines end in CRLF', ({ frames }) =>
    rewritten(frames, (text) => text.replaceAll('\n', '\r\n')),
  ),
  comments: streamed('a comment line before every event, like keep-alives', ({ frames }) =>
    rewritten(frames, (text) => `: keep-alive\n\n${text}`),
  ),
  ...REPORTED_FAULTS,
};

function refuse(about: string, error: ApiError): DescribedFault {
  return { about: `status ${error.status}: ${about}`, fault: (_reply, { format }) => format.refusal(error) };
}

/** Creates a fault that only affects streams. */
function streamed(about: string, frames: (reply: Reply) => Reply['frames']): DescribedFault {
  return { about, fault: (reply, { stream }) => (stream ? { ...reply, frames: frames(reply) } : reply) };
}

/** Draws a name at random. Its probability is proportional to its weight. */
export function pickFault(weights: ReadonlyMap<string, number>, random: Random): string | undefined {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  let left = random() * total;
  for (const [name, weight] of weights) {
    left -= weight;
    if (left < 0) return name;
  }
  return undefined;
}
