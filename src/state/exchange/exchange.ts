import type { ChatAnswer } from '../../connector/types.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { OutputOverTime } from '../../metrics/output-over-time.js';
import { NO_SPEED } from '../../metrics/speed.js';
import type { RateLimit } from '../../protocol/rate-limits.js';
import type { AppState, QueuedMessage } from '../app-state.js';
import { append } from '../branches/branches.js';
import {
  type AnswerStatus,
  type AssistantMessage,
  changeAnswer,
  type Message,
  type ShownCall,
} from '../messages.js';
import type { EndpointInfo } from '../ports.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import { withIds, withPieces } from '../tools/tool-calls.js';
import type { KeyHints } from '../view/key-hints.js';
import { failureOf, remarksOn, unexpectedFailure } from './failure.js';
import { countExchange } from './figures.js';
import type { Portion, Retry } from './incoming.js';
import { type LimitsView, withRates, withRetryAfter } from './limits-view.js';
import type { RequestView } from './request-view.js';

/** Adds a question to the conversation. */
export function addQuestion(state: AppState, { text, attachments }: QueuedMessage): AppState {
  const question: Message = {
    role: 'user',
    id: state.nextMessageId,
    atMs: state.nowMs,
    text,
    ...(attachments.length > 0 && { attachments }),
  };
  return { ...state, ...append(state, question), nextMessageId: state.nextMessageId + 1 };
}

/** Adds an empty answer to the last question and scrolls to it. */
export function beginAnswer(state: AppState): AppState {
  const { endpoint, nextMessageId: id, nowMs } = state;
  return {
    ...state,
    ...append(state, newAnswer(id, nowMs, endpoint)),
    nextMessageId: id + 1,
    scroll: { kind: 'follow' },
    request: { kind: 'running', metrics: metricsBeforeStart(0), limits: fromRunning(state.request).limits },
  };
}

/** Returns an answer without content. */
export function newAnswer(id: number, atMs: number, { name, model }: EndpointInfo): AssistantMessage {
  return {
    role: 'assistant',
    id,
    atMs,
    text: '',
    reasoning: '',
    endpoint: { name, model },
    status: { kind: 'streaming' },
  };
}

function callsAfter(
  before: readonly ShownCall[],
  pieces: Portion['calls'],
): Pick<AssistantMessage, 'toolCalls'> {
  const toolCalls = withPieces(before, pieces);
  return toolCalls.length > 0 ? { toolCalls } : {};
}

/** Adds the content that arrived since the last frame. */
export function addPortion(before: AppState, id: number, portion: Portion): AppState {
  const { split, text, reasoning, calls, retry, rates } = portion;
  const state = rates === undefined ? before : addRates(before, id, rates);
  if (!split && text === '' && reasoning === '' && calls.length === 0)
    return retry === undefined ? state : withRetry(state, retry);
  const messages = changeAnswer(state.messages, id, ({ toolCalls = [], ...answer }) => ({
    ...answer,
    text: split ? text : answer.text + text,
    reasoning: split ? reasoning : answer.reasoning + reasoning,
    ...callsAfter(split ? [] : toolCalls, calls),
    ...(reasoning !== '' && {
      reasoningTime: {
        fromMs: answer.reasoningTime?.fromMs ?? (split ? firstMs(state, answer) : state.nowMs),
        toMs: state.nowMs,
      },
    }),
  }));
  return { ...state, messages, retry: undefined };
}

/** Returns when the running answer's first output came: Unix time in ms. */
function firstMs({ request, nowMs }: AppState, { atMs }: AssistantMessage): number {
  const { ttftMs } = request.kind === 'none' ? {} : request.metrics;
  return ttftMs === undefined ? nowMs : Math.min(nowMs, atMs + ttftMs);
}

function addRates(state: AppState, id: number, rates: readonly RateLimit[]): AppState {
  const { request, nowMs } = state;
  const endpoint = endpointOf(state, id);
  if (endpoint === undefined || request.kind === 'none') return state;
  return { ...state, request: { ...request, limits: withRates(request.limits, endpoint, rates, nowMs) } };
}

/** Returns the answer's own endpoint, because the user may have switched to another one since. */
function endpointOf({ messages }: AppState, id: number): AssistantMessage['endpoint'] | undefined {
  const answer = messages.findLast((message) => message.id === id);
  return answer?.role === 'assistant' ? answer.endpoint : undefined;
}

function withRetry(state: AppState, retry: Retry): AppState {
  const { attempt, maxAttempts, delayMs, statusCode } = retry;
  const reason = sanitizeLine(retry.reason.slice(0, 200));
  return { ...state, retry: { attempt, maxAttempts, atMs: state.nowMs + delayMs, statusCode, reason } };
}

/** Shows the running exchange's current figures, and when its output arrived. */
export function showMetrics(
  state: AppState,
  metrics: ExchangeMetrics,
  outputOverTime?: OutputOverTime,
): AppState {
  const { request } = state;
  if (request.kind === 'none') return state;
  return {
    ...state,
    request: { ...request, metrics, outputOverTime: outputOverTime ?? request.outputOverTime },
  };
}

/** Ends the answer. All its text must have been added before. */
export function endAnswer(state: AppState, id: number, answer: ChatAnswer): AppState {
  const { outcome, metrics } = answer;
  const messages = changeAnswer(state.messages, id, (message) => ({
    ...message,
    ...(answer.usage?.reasoningTokens !== undefined && { reasoningTokens: answer.usage.reasoningTokens }),
    ...(message.toolCalls !== undefined && { toolCalls: withIds(message.toolCalls) }),
    ...(answer.carried !== undefined && { carried: answer.carried }),
    ...(answer.refusal !== '' && { refusal: sanitize(answer.refusal) }),
    status: statusOf(answer, message.text, state.keys),
  }));
  const { outputOverTime, limits: before } = fromRunning(state.request);
  const endpoint = endpointOf(state, id);
  const waitMs = answer.error?.retryAfterMs;
  const limits =
    waitMs === undefined || endpoint === undefined
      ? before
      : withRetryAfter(before, endpoint, waitMs, state.nowMs);
  return {
    ...state,
    messages,
    retry: undefined,
    request: { kind: 'done', outcome, metrics, outputOverTime, limits },
    session: countExchange(state.session, metrics, outcome, state.slo, answer.error?.getErrorClassName()),
  };
}

/** Ends an answer whose exchange threw. That is a bug, but it is shown like any other failure. */
export function breakAnswer(state: AppState, id: number, problem: string): AppState {
  const metrics = state.request.kind === 'none' ? metricsBeforeStart(0) : state.request.metrics;
  const status: AnswerStatus = {
    kind: 'error',
    metrics,
    remarks: [],
    failure: unexpectedFailure(problem, state.keys),
  };
  return {
    ...state,
    messages: changeAnswer(state.messages, id, (message) => ({ ...message, status })),
    retry: undefined,
    request: { kind: 'done', outcome: 'error', metrics, ...fromRunning(state.request) },
    session: countExchange(state.session, metrics, 'error', state.slo),
  };
}

/** Returns the figures of an exchange whose request is not sent yet. */
export function metricsBeforeStart(elapsedMs: number): ExchangeMetrics {
  return {
    phase: 'connecting',
    elapsedMs,
    outputTokens: 0,
    tokensEstimated: true,
    speed: NO_SPEED,
    chunks: 0,
    arrivals: 0,
    bytes: 0,
    attempts: 0,
    buffered: false,
    hops: {},
  };
}

function statusOf(answer: ChatAnswer, shownText: string, keys: KeyHints): AnswerStatus {
  const { outcome, metrics } = answer;
  const ended = {
    metrics,
    remarks: remarksOn(answer, shownText, keys),
    ...(answer.finishReason !== null && { finishReason: sanitizeLine(answer.finishReason.slice(0, 40)) }),
  };
  return outcome === 'error'
    ? { kind: 'error', failure: failureOf(answer.error, keys), ...ended }
    : { kind: outcome, ...ended };
}

/** Returns the members of the request's view that stay when the request ends. */
function fromRunning(request: RequestView): {
  outputOverTime?: OutputOverTime | undefined;
  limits?: LimitsView | undefined;
} {
  return request.kind === 'none' ? {} : { outputOverTime: request.outputOverTime, limits: request.limits };
}
