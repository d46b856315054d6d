import * as z from 'zod/mini';
import type { Answer } from '../chat/answer.js';
import { choiceOf, longest } from '../chat/answer-tokens.js';
import type { ChatRequest } from '../chat/chat-request.js';
import { DONE, sseEvent } from '../chat/completion.js';
import { textFrame } from '../chat/frames.js';
import { invalidRequest } from '../chat/invalid-request.js';
import { parseBody } from '../chat/parse-body.js';
import { errorReply, type Frame, jsonAnswer, type Reply, streamedAnswer } from '../chat/reply.js';
import type { Schedule } from '../timing/timing.js';
import type { AnswerFormat } from './format.js';

/** OpenAI's default: answers are short unless the request sets max_tokens. */
const DEFAULT_MAX_TOKENS = 16;

const body = z.object({
  model: z.string(),
  prompt: z.union([z.string(), z.array(z.string()), z.array(z.number())]),
  stream: z.nullish(z.boolean()),
  stream_options: z.nullish(z.object({ include_usage: z.nullish(z.boolean()) })),
  max_tokens: z.nullish(z.int().check(z.minimum(0, 'integer'))),
  n: z.nullish(z.int().check(z.minimum(1, 'integer'), z.maximum(128, 'integer'))),
  stop: z.nullish(z.union([z.string(), z.array(z.string()).check(z.maxLength(4))])),
  seed: z.nullish(z.int()),
});

/** Parses a request of the legacy completions API. Several prompts are joined to one. */
function parse(text: string): ChatRequest {
  const parsed = body.safeParse(parseBody(text), { reportInput: true });
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  const { data } = parsed;
  return {
    model: data.model,
    messages: [{ role: 'user', text: [data.prompt].flat().join('\n') }],
    stream: data.stream ?? false,
    includeUsage: data.stream_options?.include_usage ?? false,
    maxTokens: data.max_tokens ?? DEFAULT_MAX_TOKENS,
    stops: [data.stop ?? []].flat().filter((stop) => stop !== ''),
    choices: data.n ?? 1,
    tools: [],
    toolChoice: { kind: 'none' },
    parallelCalls: false,
    format: { kind: 'text' },
    ...(data.seed != null && { seed: data.seed }),
  };
}

interface TextChoice {
  text: string;
  index: number;
  logprobs: null;
  finish_reason: string | null;
}

function completionObject({ identity }: Answer, choices: readonly TextChoice[], more: object = {}): unknown {
  return {
    id: identity.id,
    object: 'text_completion',
    created: identity.created,
    model: identity.model,
    choices,
    ...more,
  };
}

function reply(answer: Answer, schedule: Schedule, request: ChatRequest): Reply {
  const { choices, usage } = answer;
  const tokens = usage.completion_tokens;
  if (request.stream) return streamedAnswer(completionFrames(answer, schedule, request), tokens, schedule);
  const whole = (): unknown =>
    completionObject(
      answer,
      choices.map((choice, index) => {
        const { text, finishReason } = choiceOf(choice);
        return { text, index, logprobs: null, finish_reason: finishReason };
      }),
      { usage },
    );
  return jsonAnswer(whole, longest(choices), tokens, schedule);
}

/** Streams all choices side by side, like a chat completion. This format has no reasoning. */
function* completionFrames(
  answer: Answer,
  schedule: Schedule,
  { includeUsage }: ChatRequest,
): Generator<Frame> {
  const event = (choices: readonly TextChoice[], more?: object): string =>
    sseEvent(JSON.stringify(completionObject(answer, choices, more)));
  let atMs = schedule.firstMs;
  for (let at = 0; at < longest(answer.choices); at += 1) {
    atMs = schedule.next();
    for (const [index, { tokens, finishReason }] of answer.choices.entries()) {
      const token = tokens[at];
      if (token === undefined || token.kind !== 'text') continue;
      const finish_reason = at === tokens.length - 1 ? finishReason : null;
      yield {
        atMs,
        tokens: 1,
        bytes: () => event([{ text: token.text, index, logprobs: null, finish_reason }]),
      };
    }
  }
  if (includeUsage) yield textFrame(atMs, event([], { usage: answer.usage }));
  yield textFrame(atMs, DONE);
}

/** OpenAI's legacy "Create completion". */
export const COMPLETIONS: AnswerFormat = {
  idPrefix: 'cmpl-',
  isChat: false,
  parse: ({ body: text }) => parse(text),
  reply,
  refusal: errorReply,
  errorEvent: (error) => sseEvent(JSON.stringify(error.body)),
};
