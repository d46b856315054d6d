import { composeContent, type Sources } from '../content/content.js';
import { createRandom, type Random, randomId } from '../random.js';
import type { Settings } from '../settings/settings.js';
import { createSchedule, type Schedule } from '../timing/timing.js';
import type { Answer } from './answer.js';
import { type ChoiceTokens, choiceOf, deltaOf, type Token, tokensOf, withLogprobs } from './answer-tokens.js';
import type { ChatRequest } from './chat-request.js';
import { type CompletionIdentity, completion, createChunkWriter, DONE, usageOf } from './completion.js';
import { textFrame } from './frames.js';
import { type ChoiceLogprobs, NO_CONTENT_YET } from './logprobs.js';
import { raiReply } from './rai-reply.js';
import type { Frame, Reply } from './reply.js';
import { estimateTokens } from './tokens.js';

/** What OpenAI's chat format costs in tokens: each message, and the start of the answer. */
const TOKENS_PER_MESSAGE = 4;
const TOKENS_TO_START = 3;

/**
 * The sound response to a request: its choices, laid out in time.
 * @param others how many other answers are running
 */
export function chatReply(
  request: ChatRequest,
  settings: Settings,
  sources: Sources,
  others: () => number,
  random: Random,
): Reply {
  const identity: CompletionIdentity = {
    id: randomId('chatcmpl-', random),
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  };
  const choices = choicesOf(request, settings, sources, random);
  const all = choices.flatMap(({ tokens }) => tokens);
  const reasoning = all.filter(({ kind }) => kind === 'reasoning').length;
  const prompt = promptTokens(request);
  const answer: Answer = { identity, choices, usage: usageOf(prompt, all.length, reasoning) };
  const schedule = createSchedule(settings, prompt, others, random);
  if (settings.compat === 'rai') return raiReply(answer, schedule);
  return request.stream ? streamed(answer, schedule, request) : whole(answer, schedule);
}

function choicesOf(
  request: ChatRequest,
  settings: Settings,
  sources: Sources,
  random: Random,
): readonly ChoiceTokens[] {
  const { logprobs, seed, stops, maxTokens } = request;
  // A request's own seed settles what is said, not when, nor what goes wrong.
  const sampling = seed === undefined ? random : createRandom(seed);
  return Array.from({ length: request.choices }, () => {
    const content = composeContent(request, settings, sources, sampling);
    const choice = asForced(tokensOf(content, stops, maxTokens), request);
    return logprobs === undefined ? choice : withLogprobs(choice, logprobs.top, sampling);
  });
}

/** A call of the one function that `tool_choice` names ends with `stop`, for the model had no choice. */
function asForced(choice: ChoiceTokens, { toolChoice }: ChatRequest): ChoiceTokens {
  const forced = toolChoice.kind === 'function' && choice.finishReason === 'tool_calls';
  return forced ? { ...choice, finishReason: 'stop' } : choice;
}

function promptTokens({ messages }: ChatRequest): number {
  return messages.reduce((sum, { text }) => sum + estimateTokens(text) + TOKENS_PER_MESSAGE, TOKENS_TO_START);
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
} as const;

function streamed(answer: Answer, schedule: Schedule, request: ChatRequest): Reply {
  return {
    status: 200,
    headers: STREAM_HEADERS,
    headersMs: schedule.headersMs,
    frames: streamFrames(answer, schedule, request),
    tokens: answer.usage.completion_tokens,
    ending: 'end',
  };
}

/** The choices advance side by side, a token each at a time, as if they were sampled in one batch. */
function* streamFrames(
  { identity, choices, usage }: Answer,
  schedule: Schedule,
  { includeUsage, logprobs }: ChatRequest,
): Generator<Frame> {
  const chunks = createChunkWriter(identity, includeUsage);
  const opening = { role: 'assistant', content: '', refusal: null };
  const atOpening = logprobs === undefined ? null : NO_CONTENT_YET;
  for (const index of choices.keys()) {
    yield textFrame(schedule.headersMs, chunks.delta(index, opening, null, atOpening));
  }

  let atMs = schedule.firstMs;
  for (let at = 0; at < longest(choices); at += 1) {
    atMs = schedule.next();
    for (const [index, { tokens, finishReason }] of choices.entries()) {
      const token = tokens[at];
      if (token === undefined) continue;
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
  let endMs = schedule.firstMs;
  for (let at = 0; at < longest(choices); at += 1) endMs = schedule.next();
  const bytes = (): string => JSON.stringify(completion(identity, choices.map(choiceOf), usage));
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    headersMs: endMs,
    frames: [{ atMs: endMs, tokens: usage.completion_tokens, bytes }],
    tokens: usage.completion_tokens,
    ending: 'end',
  };
}

function longest(choices: readonly ChoiceTokens[]): number {
  return Math.max(...choices.map(({ tokens }) => tokens.length));
}
