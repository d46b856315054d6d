import { ConnectorException, withDetails } from '../../common/errors.js';
import { NOT_RETRIED_HEADER } from '../../protocol/constants.js';
import { Discard, type ResponseHead, type ResponseSink, type Transport } from '../upstream/transport.js';
import type { Clock } from './clock.js';
import { peekBody } from './peeked-body.js';
import type { PerOrigin } from './per-origin.js';
import type { RetryBudget } from './retry-budget.js';
import { type AttemptResult, decideRetry, type RetryDecision, type RetrySettings } from './retry-decision.js';

export interface RetryOptions {
  budgets: PerOrigin<RetryBudget>;
  clock: Clock;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  random: () => number;
  settings: RetrySettings;
}

/** Thrown by the sink of a response that is dropped for a retry. */
class RetryInstead extends Discard {
  constructor(
    readonly statusCode: number,
    readonly delayMs: number,
  ) {
    super();
  }
}

/**
 * Sends a request again when `decideRetry` returns a retry. A response that no retry replaces is passed on as it arrives,
 * whatever its status. Each wait ends at once when the request is aborted.
 */
export function withRetry(next: Transport, { budgets, clock, random, settings }: RetryOptions): Transport {
  return async (call, sink) => {
    const { request, client, signal, timeline } = call;
    const { origin } = request.url;
    const maxAttempts = call.policy.maxAttempts ?? settings.attempts;
    const budget = budgets.of(call.tenantId, origin);
    budget.request();

    const decide = (attempt: number, result: AttemptResult): RetryDecision =>
      decideRetry(
        {
          request,
          declared: call.policy.repeatable,
          result,
          attempt,
          maxAttempts,
          untouched: client.untouched,
          budget: budget.left,
          leftMs: (call.deadlineMs ?? Number.POSITIVE_INFINITY) - clock.now(),
          random: random(),
          nowMs: clock.wallNow(),
        },
        settings,
      );

    for (let attempt = 1; ; attempt += 1) {
      const decideStatus = (head: ResponseHead, body?: string): ResponseHead => {
        const result = { kind: 'status', ...head, ...(body !== undefined && { body }) } as const;
        const decision = decide(attempt, result);
        if (decision.retry) throw new RetryInstead(head.statusCode, decision.delayMs);
        if (decision.because !== 'budget') return head;
        return { ...head, headers: [...head.headers, [NOT_RETRIED_HEADER, BUDGET_IS_SPENT]] };
      };
      const peeked = peekBody(sink, decideStatus);
      const deciding: ResponseSink = {
        onHead(head, flow) {
          // Only a 429 needs its body for the decision: the body shows whether a rate limit or billing refused the
          // request.
          const mayFollow = head.statusCode === 429 && decide(attempt, { kind: 'status', ...head }).retry;
          if (mayFollow) peeked.withhold(head, flow);
          else sink.onHead(head.statusCode >= 400 ? decideStatus(head) : head, flow);
        },
        onData: peeked.onData,
      };
      let again: { delayMs: number; reason: string; statusCode?: number };
      try {
        try {
          await next(call, deciding);
        } catch (error) {
          // Decide on the status even when the body was cut off.
          if (!peeked.withholding || !(error instanceof ConnectorException)) throw error;
          signal.throwIfAborted();
          peeked.end();
          throw error;
        } finally {
          peeked.stopTimer();
        }
        peeked.end();
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RetryInstead) {
          const { statusCode, delayMs } = error;
          again = { delayMs, statusCode, reason: `${origin} answered ${statusCode}` };
        } else {
          if (!(error instanceof ConnectorException)) throw error;
          const sent = timeline.timings.queuedUs !== undefined;
          const decision = decide(attempt, { kind: 'failure', failure: error, sent });
          if (!decision.retry) throw decision.because === 'budget' ? notRetried(error) : error;
          again = { delayMs: decision.delayMs, reason: error.message };
        }
      }
      client.onRetry({ attempt: attempt + 1, maxAttempts, ...again });
      await budget.spendAfter(clock.wait(again.delayMs, signal));
    }
  };
}

const BUDGET_IS_SPENT = 'the retry budget is used up';

function notRetried(error: ConnectorException): ConnectorException {
  const apart = /[.!?]$/.test(error.message) ? ' The' : '; the';
  const words = `${error.message}${apart} daemon stopped retrying: ${BUDGET_IS_SPENT} (docs/protocol.md)`;
  return withDetails(error, { cause: error }, words);
}
