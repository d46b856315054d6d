import { composeAnswer } from './answers/compose.js';
import { UNICODE_SAMPLE } from './answers/unicode.js';
import type { ChatRequest } from './chat-request.js';
import {
  type CompletionIdentity,
  completion,
  createChunkWriter,
  DONE,
  type FinishReason,
  type TokenUsage,
  usageOf,
} from './completion.js';
import type { SimulatedModel } from './models.js';
import { type Random, randomId } from './random.js';
import type { Frame, Reply } from './reply.js';
import { type Schedule, schedule, type Timing } from './timing.js';
import { estimateTokens, tokenise } from './tokens.js';

/** Longer answers end here with finish_reason `length`, as a model's do. */
export const MAX_OUTPUT_TOKENS = 16_384;

/** What OpenAI's chat format costs in tokens: each message, and the start of the answer. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_TO_START = 3;

interface Answer {
  tokens: readonly string[];
  finishReason: FinishReason;
}

/** The response of `model` to a request: its text, laid out in time, with the model's fault applied. */
export function chatReply(
  request: ChatRequest,
  model: SimulatedModel,
  defaultTiming: Timing,
  random: Random,
): Reply {
  const answer = limit(answerText(request, model, random), request);
  const identity: CompletionIdentity = {
    id: randomId('chatcmpl-', random),
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  };
  const usage = usageOf(promptTokens(request), answer.tokens.length);
  const times = schedule(answer.tokens.length, { ...defaultTiming, ...model.timing }, random);
  const reply = request.stream
    ? streamed(identity, answer, usage, times, request.includeUsage)
    : whole(identity, answer, usage, times);
  return model.fault === undefined ? reply : model.fault(reply, request.stream);
}

function answerText(request: ChatRequest, model: SimulatedModel, random: Random): string {
  switch (model.says) {
    case 'answer':
      return composeAnswer(request.messages, random);
    case 'echo':
      return request.messages.findLast(({ role }) => role === 'user')?.text ?? '';
    case 'unicode':
      return UNICODE_SAMPLE;
  }
}

/** Applies `stop` and the token limits. */
function limit(text: string, { stops, maxTokens = MAX_OUTPUT_TOKENS }: ChatRequest): Answer {
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  const most = Math.min(maxTokens, MAX_OUTPUT_TOKENS);
  const tokens: string[] = [];
  for (const token of tokenise(text.slice(0, Math.min(text.length, ...ends)))) {
    if (tokens.length === most) return { tokens, finishReason: 'length' };
    tokens.push(token);
  }
  return { tokens, finishReason: 'stop' };
}

function promptTokens({ messages }: ChatRequest): number {
  return messages.reduce((sum, { text }) => sum + estimateTokens(text) + TOKENS_PER_MESSAGE, TOKENS_TO_START);
}

function streamed(
  identity: CompletionIdentity,
  { tokens, finishReason }: Answer,
  usage: TokenUsage,
  { headersMs, tokensMs, endMs }: Schedule,
  includeUsage: boolean,
): Reply {
  const chunks = createChunkWriter(identity, includeUsage);
  const event = (atMs: number, bytes: () => string): Frame => ({ atMs, tokens: 0, bytes });
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    headersMs,
    frames: [
      event(headersMs, () => chunks.delta({ role: 'assistant', content: '', refusal: null }, null)),
      ...tokens.map((content, index) => ({
        atMs: tokensMs[index] ?? endMs,
        tokens: 1,
        bytes: () => chunks.delta({ content }, null),
      })),
      event(endMs, () => chunks.delta({}, finishReason)),
      ...(includeUsage ? [event(endMs, () => chunks.usage(usage))] : []),
      event(endMs, () => DONE),
    ],
    ending: 'end',
  };
}

function whole(
  identity: CompletionIdentity,
  { tokens, finishReason }: Answer,
  usage: TokenUsage,
  { endMs }: Schedule,
): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    headersMs: endMs,
    frames: [
      {
        atMs: endMs,
        tokens: tokens.length,
        bytes: () => JSON.stringify(completion(identity, tokens.join(''), finishReason, usage)),
      },
    ],
    ending: 'end',
  };
}
