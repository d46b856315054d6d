import { beginningOf } from '../../common/text/beginning.js';
import type { ChatAnswer, ExchangeEvent } from '../../connector/types.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { FinishedExchange } from '../../sessions/exchange-table.js';
import type { EndpointInfo } from '../ports.js';
import { beginsAgain } from './begins-again.js';
import { sentBody } from './sent-body.js';

/** Collects what is saved of one exchange, except for the answer's text. */
export interface ExchangeKeeper {
  take(event: ExchangeEvent): void;
  ended(answer: ChatAnswer): FinishedExchange;
  /** Returns the data of an exchange that threw, which is a bug. */
  broke(problem: string, metrics: ExchangeMetrics): FinishedExchange;
}

/** The most arrival times kept for each kind of output; an answer usually has a few hundred. */
const MAX_MOMENTS = 20_000;

/**
 * @param body the request's body. Its only message is the system prompt: the conversation is saved as messages, and
 *   would otherwise be saved again with every turn.
 */
export function createExchangeKeeper(
  atMs: number,
  endpoint: EndpointInfo,
  body: Readonly<Record<string, unknown>>,
): ExchangeKeeper {
  let { url, model } = endpoint;
  let headersMs: number | undefined;
  let sent: Extract<ExchangeEvent, { type: 'request' }> | undefined;
  let response: { status: number; headers: Record<string, string> } | undefined;
  const content = { text: createPieces(), reasoning: createPieces() };
  const refusal = createPieces();
  const toolCalls = { ...createPieces(), index: [] as number[] };
  const retries: { atMs: number; reason: string }[] = [];

  const finished = (
    outcome: string,
    metrics: object,
    error?: FinishedExchange['error'],
  ): FinishedExchange => ({
    atMs,
    endpoint: endpoint.name,
    url,
    model,
    outcome,
    request: { model, stream: true, ...body },
    metrics,
    timeline: {
      headersMs,
      ...content,
      ...(refusal.ms.length > 0 && { refusal }),
      ...(toolCalls.ms.length > 0 && { toolCalls }),
      ...(retries.length > 0 && { retries }),
    },
    ...(sent !== undefined && { http: { request: headOf(sent), response } }),
    ...(error !== undefined && { error }),
  });

  return {
    take(event) {
      switch (event.type) {
        case 'start':
          ({ url, model } = event);
          return;
        case 'request':
          sent = event;
          return;
        case 'headers':
          headersMs = rounded(event.tMs);
          response = { status: event.statusCode, headers: event.headers };
          return;
        case 'text':
        case 'reasoning':
          addTo(content[event.type], event);
          return;
        case 'split':
          if (beginsAgain(event)) {
            content.reasoning = createPieces();
            for (const list of [toolCalls.ms, toolCalls.chars, toolCalls.index]) list.length = 0;
          } else if (event.reasoning === '' && content.text.ms.length === 0) {
            // What looked like reasoning is the answer.
            [content.text, content.reasoning] = [content.reasoning, content.text];
            return;
          } else addAll(content.reasoning, content.text);
          content.text = createPieces();
          if (event.text !== '') addTo(content.text, event);
          return;
        case 'refusal':
          addTo(refusal, event);
          return;
        case 'tool_call':
          if (addTo(toolCalls, { tMs: event.tMs, text: event.arguments })) toolCalls.index.push(event.index);
          return;
        case 'adapted':
          retries.push({ atMs: rounded(event.tMs), reason: beginningOf(event.notice, 200) });
          return;
        case 'retry':
          retries.push({ atMs: rounded(event.tMs), reason: beginningOf(event.reason, 200) });
          return;
        default:
      }
    },
    ended({ outcome, metrics, usage, finishReason, malformedEvents, repeatedChars, error }) {
      const figures = {
        ...metrics,
        finishReason,
        malformedEvents,
        ...(repeatedChars !== undefined && { repeatedChars }),
        ...(usage !== undefined && { usage }),
      };
      return finished(
        outcome,
        figures,
        error && {
          class: error.getErrorClassName(),
          message: error.message,
          hop: error.hop,
          statusCode: error.statusCode ?? null,
        },
      );
    },
    broke: (message, metrics) =>
      finished('error', metrics, { class: 'Unknown', message, hop: null, statusCode: null }),
  };
}

/** Returns the request without its conversation, which is saved as messages. */
function headOf({ method, api, headers, body }: Extract<ExchangeEvent, { type: 'request' }>): object {
  return { method, api, headers, body: sentBody(body)?.others };
}

/**
 * Each piece's arrival in ms since the send, and its length in UTF-16 units. With both, the text can be split again as
 * it arrived.
 */
interface Pieces {
  ms: number[];
  chars: number[];
}

function createPieces(): Pieces {
  return { ms: [], chars: [] };
}

/** Returns whether the piece was added. */
function addTo({ ms, chars }: Pieces, { tMs, text }: { tMs: number; text: string }): boolean {
  if (ms.length >= MAX_MOMENTS) return false;
  ms.push(rounded(tMs));
  chars.push(text.length);
  return true;
}

function addAll(to: Pieces, { ms, chars }: Pieces): void {
  const room = MAX_MOMENTS - to.ms.length;
  to.ms.push(...ms.slice(0, room));
  to.chars.push(...chars.slice(0, room));
}

/** Rounds to 0.01 ms. */
function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
