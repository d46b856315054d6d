import { parseJson } from '../../common/json.js';
import { visible } from '../../config/problem.js';
import type { ChatAnswer, ExchangeEvent } from '../../connector/types.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { JSON_FIGURES, type JsonValue } from '../../metrics/figures.js';
import { readingRemarks } from '../../state/exchange/failure.js';
import { remarkOn } from '../support/output/answer-remark.js';
import { printMessage } from '../support/output/print-message.js';
import { stderr, stdout } from '../support/output/sink.js';

/** Prints an answer as it arrives. */
export interface Output {
  event(event: ExchangeEvent): void;
  /** Shows a notice during the answer. */
  notice(text: string): void;
  end(answer: ChatAnswer): void;
}

/** Prints only the text; errors go to stderr. */
export function plainText(): Output {
  const live = stdout.live();
  let last = '';
  let printed = false;
  return {
    event(event) {
      if (event.type === 'text' || (event.type === 'split' && event.text !== '' && !printed)) {
        printed ||= event.text !== '';
        last = live.feed(event.text) || last;
      }
      // Printed text cannot be taken back, so an answer that begins again starts on a new line.
      else if (event.type === 'split' && event.text === '' && event.reasoning === '') {
        if (last !== '' && !last.endsWith('\n')) last = live.feed('\n');
        printMessage('the provider began its answer again: the text before this line does not belong to it');
      }
    },
    notice(text) {
      // On a terminal stdout and stderr share a line: end the line of the answer first.
      if (process.stdout.isTTY && last !== '' && !last.endsWith('\n')) stderr.print('\n');
      printMessage(text);
    },
    end(answer) {
      last = live.end() || last;
      if (last !== '' && !last.endsWith('\n')) stdout.print('\n');
      const { errored } = process.stdout;
      // The reader has closed stdout: print nothing more.
      if (!errored) {
        for (const { name, arguments: args, id } of answer.toolCalls)
          printMessage(
            `the model calls ${visible(`${name} ${args}`)}${id === '' ? '' : ` (${visible(id)})`}`,
          );
      }
      const remarks = errored ? [] : [remarkOn(answer), ...readingRemarks(answer)];
      for (const remark of remarks) if (remark !== undefined) printMessage(remark);
    },
  };
}

/** Prints each event as a line of JSON, and at the end a line with all figures. */
export function jsonLines(): Output {
  const write = (line: Record<string, unknown>): void => stdout.json(line);
  return {
    notice: printMessage,
    event(event) {
      switch (event.type) {
        case 'start':
          return write({ type: 'start', exchange: event.exchange, url: event.url, model: event.model });
        case 'request':
          return write({
            type: 'request',
            method: event.method,
            url: event.url,
            headers: event.headers,
            body: parseJson(event.body) ?? event.body,
            t_ms: ms(event.tMs),
          });
        case 'headers':
          return write({
            type: 'headers',
            status: event.statusCode,
            headers: event.headers,
            buffered: event.buffered,
            t_ms: ms(event.tMs),
          });
        case 'retry':
          return write({
            type: 'retry',
            attempt: event.attempt,
            max_attempts: event.maxAttempts,
            delay_ms: event.delayMs,
            reason: event.reason,
            status: event.statusCode ?? null,
            t_ms: ms(event.tMs),
          });
        case 'adapted':
          return write({ type: 'adapted', members: event.members, t_ms: ms(event.tMs) });
        case 'text':
          return write({ type: 'delta', text: event.text, t_ms: ms(event.tMs) });
        case 'reasoning':
        case 'refusal':
          return write({ type: event.type, text: event.text, t_ms: ms(event.tMs) });
        case 'split':
          return write({
            type: event.type,
            reasoning: event.reasoning,
            text: event.text,
            t_ms: ms(event.tMs),
          });
        case 'tool_call': {
          const { type, index, id, name } = event;
          return write({ type, index, id, name, arguments: event.arguments, t_ms: ms(event.tMs) });
        }
        default:
          // Usage, finish reason, errors and malformed events are in the last line.
          return undefined;
      }
    },
    end(answer) {
      const { usage, error } = answer;
      write({
        type: 'done',
        text: answer.text,
        outcome: answer.outcome,
        finish_reason: answer.finishReason,
        usage:
          usage === undefined
            ? null
            : {
                prompt_tokens: usage.promptTokens,
                completion_tokens: usage.completionTokens,
                total_tokens: usage.totalTokens,
                reasoning_tokens: usage.reasoningTokens ?? null,
                cached_tokens: usage.cachedTokens ?? null,
                cache_write_tokens: usage.cacheWriteTokens ?? null,
                ...(usage.rejectedTokens !== undefined && { rejected_tokens: usage.rejectedTokens }),
                ...(usage.choices !== undefined && { choices: usage.choices }),
              },
        ...(answer.reasoning !== '' && { reasoning: answer.reasoning }),
        ...(answer.refusal !== '' && { refusal: answer.refusal }),
        ...(answer.toolCalls.length > 0 && { tool_calls: answer.toolCalls }),
        malformed_events: answer.malformedEvents,
        repeated_chars: answer.repeatedChars ?? 0,
        error:
          error === undefined
            ? null
            : {
                message: error.message,
                class: error.getErrorClassName(),
                hop: error.hop,
                status: error.statusCode ?? null,
                retry_after_ms: error.retryAfterMs ?? null,
              },
        metrics: metricsJson(answer.metrics),
        cost: costJson(answer.metrics),
      });
    },
  };
}

function metricsJson(metrics: ExchangeMetrics): Record<string, unknown> {
  const figures = JSON_FIGURES.map(({ key, of }) => [key, roundedJson(of(metrics))] as const);
  return { ...Object.fromEntries(figures), ...providerJson(metrics) };
}

function roundedJson(value: JsonValue): JsonValue {
  if (typeof value === 'number') return ms(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, typeof one === 'number' ? ms(one) : one]),
  );
}

function costJson({ cost }: ExchangeMetrics): Record<string, unknown> | null {
  return cost === undefined ? null : { usd: cost.usd, estimated: true, as_of: cost.asOf };
}

/** Returns the parts of the wait for the first output, and the times that the provider reports. */
function providerJson({ wait, provider }: ExchangeMetrics): Record<string, unknown> {
  return {
    wait_parts: (wait?.parts ?? []).map((part) => ({ ...part, ms: ms(part.ms) })),
    contradictions: wait?.contradictions ?? [],
    provider:
      provider === undefined
        ? null
        : {
            request_id: provider.requestId ?? null,
            region: provider.region,
            times: provider.times.map((time) => ({ ...time, ms: ms(time.ms) })),
            refused: provider.refused,
            rate_limits: provider.rateLimits.map(({ of, limit, remaining, resetMs }) => ({
              of,
              limit: limit ?? null,
              remaining,
              reset_ms: resetMs ?? null,
            })),
            cost: provider.cost ?? null,
          },
  };
}

/** Returns milliseconds, rounded to microseconds. */
function ms(value: number): number {
  return Math.round(value * 1000) / 1000;
}
