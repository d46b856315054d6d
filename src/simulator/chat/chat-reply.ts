import type { Schedule } from '../timing/timing.js';
import type { Answer } from './answer.js';
import { choiceOf, deltaOf, isSent, longest, type Token } from './answer-tokens.js';
import type { ChatRequest } from './chat-request.js';
import { completion, createChunkWriter, DONE } from './completion.js';
import { textFrame } from './frames.js';
import { type ChoiceLogprobs, NO_CONTENT_YET } from './logprobs.js';
import type { Frame, Reply } from './reply.js';
import { jsonAnswer, streamedAnswer } from './reply.js';

/** Returns the reply with the answer as a chat completion, with the time of each part. */
export function chatReply(answer: Answer, schedule: Schedule, request: ChatRequest): Reply {
  return request.stream ? streamed(answer, schedule, request) : whole(answer, schedule);
}

function streamed(answer: Answer, schedule: Schedule, request: ChatRequest): Reply {
  return streamedAnswer(streamFrames(answer, schedule, request), answer.usage.completion_tokens, schedule);
}

/** Streams all choices side by side, one token of each at a time, as if they were sampled in one batch. */
function* streamFrames(
  { identity, choices, usage }: Answer,
  schedule: Schedule,
  { includeUsage, logprobs }: ChatRequest,
): Generator<Frame> {
  const chunks = createChunkWriter(identity, includeUsage);
  const atOpening = logprobs === undefined ? null : NO_CONTENT_YET;
  for (const [index, { tokens }] of choices.entries()) {
    // OpenAI's first event has no content when tool calls follow. With an empty content, some clients would begin a
    // text.
    const content = tokens[0]?.kind === 'call' ? null : '';
    const opening = { role: 'assistant', content, refusal: null };
    yield textFrame(schedule.headersMs, chunks.delta(index, opening, null, atOpening));
  }

  let atMs = schedule.firstMs;
  for (let at = 0; at < longest(choices); at += 1) {
    atMs = schedule.next();
    for (const [index, { tokens, finishReason }] of choices.entries()) {
      const token = tokens[at];
      if (token === undefined) continue;
      if (isSent(token))
        yield { atMs, tokens: 1, bytes: () => chunks.delta(index, deltaOf(token), null, logprobsOf(token)) };
      if (at === tokens.length - 1) yield textFrame(atMs, chunks.delta(index, {}, finishReason));
    }
  }
  for (const [index, { tokens, finishReason }] of choices.entries()) {
    if (tokens.length === 0) yield textFrame(atMs, chunks.delta(index, {}, finishReason));
  }
  if (includeUsage) yield textFrame(atMs, chunks.usage(usage));
  yield textFrame(atMs, DONE);
}

function logprobsOf(token: Token): ChoiceLogprobs | undefined {
  return token.kind === 'text' ? token.logprobs : undefined;
}

function whole({ identity, choices, usage }: Answer, schedule: Schedule): Reply {
  return jsonAnswer(
    () => completion(identity, choices.map(choiceOf), usage),
    longest(choices),
    usage.completion_tokens,
    schedule,
  );
}
