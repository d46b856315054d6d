import { type ConnectorException, ErrorClass, FailureCode } from '../../common/errors.js';
import { beginningOf } from '../../common/text/beginning.js';
import { nowMs } from '../../common/time/now-ms.js';
import { visible } from '../../config/problem.js';
import type { LoadExchanges } from '../../connector/load-exchanges.js';
import type { LoadAnswer, LoadRequest, LoadTarget } from '../../connector/load-types.js';
import type { ChatMessage } from '../../connector/messages.js';
import { keysOf } from '../../connector/prepared.js';
import { short } from '../../loadtest/figures/short.js';
import type { Counters } from '../../loadtest/load/counters.js';
import { DrainLimit, type Order } from '../../loadtest/load/run-load.js';
import type { Pace, PromptSource, Turn } from '../../loadtest/prompts/prompt.js';
import type { Failed, Sample, Sent } from '../../loadtest/samples/sample.js';
import { percentile } from '../../metrics/percentile.js';
import type { ExchangeTelemetry } from '../../telemetry/exchanges.js';
import { type OwnPrices, withCost } from '../composition/prices.js';
import { remarkOn } from '../support/output/answer-remark.js';

/** The path of requests to the provider. */
export type Through = 'direct' | 'daemon';

/** Settings that all requests of a test share. */
export interface Target extends LoadTarget {
  through: Through;
  prompts: PromptSource;
  pace: Pace;
  /** Which answers are in a conversation's history: those that the endpoint sent, or those in the file. */
  history: 'answered' | 'recorded';
  prices: OwnPrices;
  /** Whether the price of answers may be known. */
  priced: boolean;
  /** Exports each exchange; undefined without telemetry. */
  telemetry: ExchangeTelemetry | undefined;
}

/** Number of conversations of a test, by ending. */
export interface Conversations {
  begun: number;
  /** Conversations that reached their last turn. */
  complete: number;
  /** Conversations that an incomplete answer ended. */
  brokenOff: number;
}

/** Requests that were running when the user, or a search, stopped the test. They have no sample. */
export interface Stopped {
  requests: number;
  /** Sum of the times since their sends. */
  ms: number;
}

/** Collects the results of requests. */
export interface Results {
  /** Number of the test's first conversation in the list of prompts. */
  first: number;
  /** The start of the test on the clock of `performance.now()`. */
  startMs: number;
  /** No request is sent after this time, in ms since the start. */
  endMs: number;
  /** Adds a request's result; `gapsMs`: gaps between the answer's arrivals. */
  add(sample: Sample, gapsMs: readonly number[]): void;
  conversations: Conversations;
  stopped: Stopped;
  counters: Counters;
  exchanges: LoadExchanges;
  /** Records the delay between the loop's order and the send, in ms. */
  lateness(ms: number): void;
}

/** One request with its intended send time. */
export interface Request extends Order {
  /** The turn's number in the conversation, from 1. */
  number: number;
  turn: Turn;
  /** The turn's messages, with those of the conversation before it. */
  messages: readonly ChatMessage[];
}

/** The part of a sample that does not depend on the outcome. */
type Common = Omit<Failed, 'outcome' | 'errorClass' | 'message'>;

const MAX_MESSAGE = 300;

/**
 * Sends one request and adds its result. A request that the user stopped is only counted. Never rejects. It is not an
 * async function, which would cost more: a test sends thousands of requests a second.
 */
export function send(
  { through, endpoint, options, prices, priced, telemetry }: Target,
  { index, number, turn, intendedMs, readyMs, messages }: Request,
  { startMs, add, lateness, counters, exchanges, stopped }: Results,
  signal: AbortSignal,
): Promise<LoadAnswer> {
  let sentMs: number | undefined;
  const gapsMs: number[] = [];
  const following = telemetry?.begin({
    endpoint,
    model: options.model ?? endpoint.model,
    messages,
    stream: endpoint.access.stream,
    keys: keysOf(endpoint),
  });
  const onEnd = (bare: LoadAnswer): LoadAnswer | Promise<LoadAnswer> => {
    counters.end();
    const endMs = nowMs() - startMs;
    following?.end({
      answer: bare,
      sentMs: sentMs === undefined ? undefined : sentMs + startMs,
      endMs: endMs + startMs,
      gapsMs,
      retries: [],
    });
    return priced
      ? withCost(bare, endpoint, prices, options.model).then((answer) => added(answer, endMs))
      : added(bare, endMs);
  };
  const added = (answer: LoadAnswer, endMs: number): LoadAnswer => {
    const { attempts, hops, replaced = 0 } = answer.metrics;
    // Times are rounded as in a saved report, so that "bench merge" computes the same figures.
    const common: Common = {
      index,
      turn: number,
      intendedMs: short(intendedMs),
      endMs: short(endMs),
      attempts,
      retriesMs: short(hops.retries ?? 0),
      replaced,
      hops,
    };
    if (answer.malformedEvents > 0) common.malformedEvents = answer.malformedEvents;
    if (sentMs !== undefined) common.lagMs = short(sentMs - intendedMs);
    if (answer.outcome !== 'cancelled') add(sampleOf(answer, common, gapsMs, through), gapsMs);
    else if (signal.reason instanceof DrainLimit) {
      const message = 'the answer was still running at the drain limit (--drain)';
      // A daemon reports no attempts of a cancelled request. It had received the request, so count one attempt.
      const sent = { ...common, attempts: Math.max(1, attempts) };
      add({ ...sent, outcome: 'failed', errorClass: UNFINISHED, message }, gapsMs);
    } else {
      stopped.requests += 1;
      stopped.ms += endMs - (sentMs ?? endMs);
    }
    return answer;
  };
  counters.begin();
  const request: LoadRequest = {
    messages,
    traceId: following?.traceparent,
    maxTokens: turn.maxTokens,
    body: turn.body,
    onSent(atMs) {
      sentMs = atMs - startMs;
      lateness(Math.max(0, sentMs - readyMs));
    },
    onGap: (ms) => gapsMs.push(ms),
  };
  return exchanges.ask(request).then(onEnd);
}

/** The class of answers that the end of the test cut off. The provider did not cause these failures. */
export const UNFINISHED = 'unfinished';

function sampleOf(answer: LoadAnswer, common: Common, gapsMs: readonly number[], through: Through): Sample {
  const { outcome, error, metrics } = answer;
  if (outcome !== 'complete') {
    const errorClass = outcome === 'error' ? classOf(error, through) : outcome;
    const reason = visible(error?.message ?? remarkOn(answer) ?? 'the answer did not end');
    const message = reason.length > MAX_MESSAGE ? `${beginningOf(reason, MAX_MESSAGE)}…` : reason;
    return { ...common, outcome: 'failed', errorClass, message };
  }
  const { ttftMs, e2eMs, speed, outputTokens, tokensEstimated, cost, promptTokens, cachedTokens } = metrics;
  const sample: Sent = {
    ...common,
    outcome: 'complete',
    lagMs: common.lagMs ?? 0,
    speed: speed.kind === 'measured' ? { ...speed, tpotMs: short(speed.tpotMs) } : speed,
    outputTokens,
    tokensEstimated,
  };
  const gaps = gapsOf(gapsMs);
  if (gaps !== undefined) sample.gaps = gaps;
  if (promptTokens !== undefined) sample.promptTokens = promptTokens;
  if (cachedTokens !== undefined) sample.cachedTokens = cachedTokens;
  if (ttftMs !== undefined) sample.ttftMs = short(ttftMs);
  if (e2eMs !== undefined) sample.e2eMs = short(e2eMs);
  if (cost !== undefined) sample.cost = cost;
  return sample;
}

function gapsOf(gapsMs: readonly number[]): Sent['gaps'] {
  const p50 = gapsMs.length === 0 ? undefined : percentile(gapsMs, 50);
  if (p50 === undefined) return undefined;
  return { p50: short(p50), max: short(gapsMs.reduce((most, ms) => Math.max(most, ms))) };
}

/** Returns the error's class, with the prefix `client:` or `daemon:` when this program caused the error. */
function classOf(error: ConnectorException | undefined, through: Through): string {
  if (error === undefined) return 'unknown';
  const name = error.getErrorClassName();
  // The provider exceeded a time limit that the user set.
  if (error.errorClass === ErrorClass.Timeout) return name;
  if (error.hop === 'client' || error.hop === 'daemon') return `${error.hop}:${name}`;
  if (error.code !== FailureCode.LocalResources) return name;
  return `${through === 'direct' ? 'client' : 'daemon'}:${name}`;
}
