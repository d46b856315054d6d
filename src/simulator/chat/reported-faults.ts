import { type ChunkObject, changedChunks } from '../habits/chunks.js';
import { ApiError } from '../http/api-error.js';
import { sseEvent } from './completion.js';
import type { DescribedFault } from './fault.js';
import { endWith, firstHalf, insertHalfway, withoutLast } from './frames.js';
import { gzipped } from './gzip.js';
import { type Frame, jsonReply, type Reply } from './reply.js';

/**
 * Faults of real providers, known from public bug reports. Each fault breaks clients that expect OpenAI's behaviour.
 */
export const REPORTED_FAULTS: Record<string, DescribedFault> = {
  bursts: streamed('the first token, then all the rest in one piece', (reply) => ({
    ...reply,
    frames: inTwoBursts(reply),
  })),
  gzip: { about: 'compressed, even if the client does not accept it', fault: gzipped },
  'gzip-401': {
    about: 'status 401 with a compressed body',
    fault: (_reply, { format }) =>
      gzipped(
        format.refusal(
          new ApiError(401, { message: 'Incorrect API key provided (simulated).', code: 'invalid_api_key' }),
        ),
      ),
  },
  'no-stream-options': refusing('stream_options', 400, {
    error: {
      message: 'Unrecognized request argument supplied: stream_options (simulated)',
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  }),
  'no-stream-options-422': refusing('stream_options', 422, {
    detail: [
      {
        type: 'extra_forbidden',
        loc: ['body', 'stream_options'],
        msg: 'Extra inputs are not permitted (simulated)',
        input: {},
      },
    ],
  }),
  'no-max-tokens': refusing('max_tokens', 400, {
    error: {
      message:
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead (simulated).",
      type: 'invalid_request_error',
      param: 'max_tokens',
      code: 'unsupported_parameter',
    },
  }),
  'number-content': streamedChat('one chunk has its text as a JSON number instead of a string', (reply) => ({
    ...reply,
    frames: insertHalfway(reply, sseEvent(JSON.stringify(chunkOf({ content: 0.005 })))),
  })),
  'typed-content': chunks('content and reasoning as typed parts', (chunk) => ({
    ...chunk,
    choices: (chunk.choices ?? []).map((choice) =>
      'delta' in choice
        ? { ...choice, delta: typed(choice.delta) }
        : { ...choice, message: typed(choice.message) },
    ),
  })),
  'usage-names': chunks('usage as input_tokens and output_tokens', ({ usage, ...chunk }) => ({
    ...chunk,
    ...(usage != null && {
      usage: { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens },
    }),
  })),
  abort: streamedChat('half the answer, then finish_reason "abort"', (reply) => ({
    ...reply,
    frames: endWith(
      firstHalf(reply, true),
      () => sseEvent(JSON.stringify(chunkOf({}, 'abort'))) + sseEvent('[DONE]'),
    ),
  })),
  'no-done-open': streamed('the whole answer without [DONE], and the connection stays open', (reply) => ({
    ...reply,
    frames: withoutLast(reply.frames),
    ending: 'silence',
  })),
  'error-in-200': {
    about: 'an error in a JSON body with status 200',
    fault: () =>
      jsonReply(200, {
        id: 'simulated',
        choices: null,
        base_resp: { status_code: 1008, status_msg: 'insufficient balance (simulated)' },
      }),
  },
  'router-502': {
    about: "status 502: a router's error that contains the provider's error",
    fault: () =>
      jsonReply(502, {
        error: {
          message: 'Provider returned error',
          code: 502,
          metadata: { raw: 'upstream: context length exceeded (simulated)', provider_name: 'Simulated' },
        },
      }),
  },
  'validator-422': {
    about: "status 422: a validator's list with the wrong field",
    fault: () =>
      jsonReply(422, {
        detail: [
          {
            type: 'missing',
            loc: ['body', 'messages', 0, 'content'],
            msg: 'Field required (simulated)',
            input: {},
          },
        ],
      }),
  },
};

function streamed(about: string, fault: (reply: Reply) => Reply): DescribedFault {
  return { about, fault: (reply, { stream }) => (stream ? fault(reply) : reply) };
}

function streamedChat(about: string, fault: (reply: Reply) => Reply): DescribedFault {
  return { about, fault: (reply, { stream, format }) => (stream && format.isChat ? fault(reply) : reply) };
}

/** Creates a fault that changes the chunks of chat completions only. */
function chunks(about: string, change: (chunk: ChunkObject) => ChunkObject): DescribedFault {
  return {
    about,
    fault: (reply, { format }) =>
      format.isChat ? { ...reply, frames: changedChunks(reply.frames, change) } : reply,
  };
}

function refusing(member: string, status: number, body: object): DescribedFault {
  return {
    about: `status ${status} for a request with ${member}, else an answer`,
    fault: (reply, { has }) => (has(member) ? jsonReply(status, body) : reply),
  };
}

function chunkOf(delta: object, finish: string | null = null): object {
  return {
    id: 'chatcmpl-simulated',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'simulated',
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

function typed(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const { content, reasoning_content: reasoning, ...others }: Record<string, unknown> = { ...message };
  const parts = [
    ...(typeof reasoning === 'string' && reasoning !== '' ? [{ type: 'reasoning', text: reasoning }] : []),
    ...(typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : []),
  ];
  return { ...others, ...(parts.length > 0 && { content: parts }) };
}

/** Yields the frames up to the first token when they are due, and all others together when the last one is due. */
function* inTwoBursts({ frames }: Reply): Generator<Frame> {
  const rest: Frame[] = [];
  let begun = false;
  for (const frame of frames) {
    if (begun) rest.push(frame);
    else yield frame;
    begun ||= frame.tokens > 0;
  }
  const atMs = rest.at(-1)?.atMs ?? 0;
  const tokens = rest.reduce((sum, frame) => sum + frame.tokens, 0);
  yield { atMs, tokens, bytes: () => Buffer.concat(rest.map((frame) => Buffer.from(frame.bytes()))) };
}
