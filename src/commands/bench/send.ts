import { beginningOf } from '../../common/beginning.js';
import { type ConnectorException, ErrorClass } from '../../common/errors.js';
import { visible } from '../../config/index.js';
import type { LoadAnswer, LoadExchanges, LoadTarget } from '../../connector/load-exchange.js';
import { keysOf } from '../../connector/prepared.js';
import type { Counters } from '../../loadtest/counters.js';
import type { Pace, PromptSource, Turn } from '../../loadtest/prompts/prompt.js';
import { DrainLimit, type Order } from '../../loadtest/run-load.js';
import type { Failed, Sample, Sent } from '../../loadtest/sample.js';
import { percentile } from '../../metrics/percentile.js';
import type { ExchangeTelemetry } from '../../telemetry/exchanges.js';
import { remarkOn } from '../support/answer-remark.js';
import { type OwnPrices, withCost } from '../support/prices.js';

/** The way that requests take to the provider. */
export type Through = 'direct' | 'daemon';

/** What all requests of a test have in common. */
export interface Target extends LoadTarget {
  through: Through;
  prompts: PromptSource;
  pace: Pace;
  /** The answers that a conversation goes on from. */
  history: 'answered' | 'recorded';
  prices: OwnPrices;
  /** Whether answers may have a price. */
  priced: boolean;
  /** Exports each exchange, where that is asked for. */
  telemetry: ExchangeTelemetry | undefined;
}

/** What became of the conversations of a test. */
export interface Conversations {
  begun: number;
  /** To their last turn. */
  complete: number;
  /** By an answer that was not complete. */
  brokenOff: number;
}

/** Takes what requests came to. */
export interface Results {
  /** On the clock of `performance.now()`. */
  startMs: number;
  /** After it no request is sent any more, in ms since the start. */
  endMs: number;
  /** Takes what a request came to; `gapsMs` between the answer's arrivals. */
  add(sample: Sample, gapsMs: readonly number[]): void;
  conversations: Conversations;
  counters: Counters;
  exchanges: LoadExchanges;
  /** How much later than the loop let it go a request was sent, in ms. */
  lateness(ms: number): void;
}

/** One request, and when it is due. */
export interface Request extends Order, Turn {
  /** Of its conversation, from 1. */
  turn: number;
}

const MAX_MESSAGE = 300;

/** Sends one request and adds what became of it. What the user stopped is no result. Never rejects. */
export async function send(
  { through, endpoint, options, prices, priced, telemetry }: Target,
  { index, turn, intendedMs, readyMs, messages, maxTokens, body }: Request,
  { startMs, add, lateness, counters, exchanges }: Results,
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
  counters.begin();
  const bare = await exchanges.ask({
    messages,
    ...(following !== undefined && { traceId: following.traceparent }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(body !== undefined && { body }),
    onSent(atMs) {
      sentMs = atMs - startMs;
      lateness(Math.max(0, sentMs - readyMs));
    },
    onGap: (ms) => gapsMs.push(ms),
  });
  counters.end();
  const endMs = performance.now() - startMs;
  following?.end({
    answer: bare,
    sentMs: sentMs === undefined ? undefined : sentMs + startMs,
    endMs: endMs + startMs,
    gapsMs,
    retries: [],
  });
  const answer = priced ? await withCost(bare, endpoint, prices, options.model) : bare;
  const { attempts, hops, replaced = 0 } = answer.metrics;
  const common = {
    index,
    turn,
    intendedMs,
    endMs,
    attempts,
    retriesMs: hops.retries ?? 0,
    replaced,
    hops,
    ...(answer.malformedEvents > 0 && { malformedEvents: answer.malformedEvents }),
    ...(sentMs !== undefined && { lagMs: sentMs - intendedMs }),
  };
  if (answer.outcome !== 'cancelled') add(sampleOf(answer, common, gapsMs, through), gapsMs);
  else if (signal.reason instanceof DrainLimit) {
    const message = 'the answer had not ended when the drain limit passed (--drain)';
    // A daemon that was told to cancel says no more of it; it had the request.
    const sent = { ...common, attempts: Math.max(1, attempts) };
    add({ ...sent, outcome: 'failed', errorClass: UNFINISHED, message }, gapsMs);
  }
  return answer;
}

/** The class of answers that the end of the test cut: the instrument's doing, not the provider's. */
export const UNFINISHED = 'unfinished';

function sampleOf(
  answer: LoadAnswer,
  common: Omit<Failed, 'outcome' | 'errorClass' | 'message'>,
  gapsMs: readonly number[],
  through: Through,
): Sample {
  const { outcome, error, metrics } = answer;
  if (outcome !== 'complete') {
    const errorClass = outcome === 'error' ? classOf(error, through) : outcome;
    const told = visible(error?.message ?? remarkOn(answer) ?? 'the answer did not end');
    const message = told.length > MAX_MESSAGE ? `${beginningOf(told, MAX_MESSAGE)}…` : told;
    return { ...common, outcome: 'failed', errorClass, message };
  }
  const { ttftMs, e2eMs, speed, outputTokens, tokensEstimated, cost, promptTokens, cachedTokens } = metrics;
  return {
    ...common,
    outcome: 'complete',
    lagMs: common.lagMs ?? 0,
    speed,
    outputTokens,
    tokensEstimated,
    ...(promptTokens !== undefined && { promptTokens }),
    ...gapsOf(gapsMs),
    ...(cachedTokens !== undefined && { cachedTokens }),
    ...(ttftMs !== undefined && { ttftMs }),
    ...(e2eMs !== undefined && { e2eMs }),
    ...(cost !== undefined && { cost }),
  };
}

function gapsOf(gapsMs: readonly number[]): Pick<Sent, 'gaps'> {
  const [p50, max] = [percentile(gapsMs, 50), percentile(gapsMs, 100)];
  return p50 === undefined || max === undefined ? {} : { gaps: { p50, max } };
}

/** This machine has no more of something: files, ports, memory. */
const OWN_CODE = /\((?:EMFILE|ENFILE|EADDRNOTAVAIL|ENOBUFS|ENOMEM)\)/;

/** The error's class; after `client:` or `daemon:` where the cause is a limit of ours, and not the provider. */
function classOf(error: ConnectorException | undefined, through: Through): string {
  if (error === undefined) return 'unknown';
  const name = error.getErrorClassName();
  // A limit in time that the user set: the provider took longer.
  if (error.errorClass === ErrorClass.Timeout) return name;
  if (error.hop === 'client' || error.hop === 'daemon') return `${error.hop}:${name}`;
  if (!OWN_CODE.test(error.message)) return name;
  return `${through === 'direct' ? 'client' : 'daemon'}:${name}`;
}
