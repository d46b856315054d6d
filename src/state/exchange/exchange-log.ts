import type { Outcome } from '../../common/chat/outcomes.js';
import { shownHeaders } from '../../common/http/headers.js';
import { beginningOf } from '../../common/text/beginning.js';
import type { ChatAnswer, ExchangeEvent } from '../../connector/types.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { createOutputRecorder, type OutputOverTime } from '../../metrics/output-over-time.js';
import type { EndpointInfo } from '../ports.js';
import { beginsAgain } from './begins-again.js';
import { recordOutput } from './record-output.js';
import { membersOf, sentBody } from './sent-body.js';

/** One event of an exchange. Its text comes from outside: sanitize it before you show it. */
interface LoggedEvent {
  /** Milliseconds since send. */
  readonly tMs: number;
  readonly type: string;
  readonly text: string;
}

/** The part of request and response that the log keeps. Sanitize its texts before you show them. */
export interface LoggedExchange {
  readonly number: number;
  /** Unix time in ms. */
  readonly atMs: number;
  readonly endpoint: EndpointInfo;
  /** The request without its secrets; absent until it is sent, and after it is dropped to save memory. */
  readonly request?: LoggedRequest;
  readonly response?: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
  /** The first events, up to a limit. */
  readonly events: readonly LoggedEvent[];
  /** The number of events that were not kept. */
  readonly left: number;
  /** When the output arrived; absent until the exchange ends, and without output. */
  readonly outputOverTime?: OutputOverTime | undefined;
  /** Whether its request and events were dropped to make room for later exchanges. */
  readonly dropped: boolean;
  readonly end?: {
    readonly outcome: Outcome;
    readonly metrics?: ExchangeMetrics;
    /** The provider's own text. */
    readonly finishReason?: string;
    /** The number of events that could not be read, in whole or in part. */
    readonly malformedEvents?: number;
    readonly repeatedChars?: number;
    readonly error?: string;
  };
}

interface LoggedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; a long conversation is cut to its newest messages. */
  readonly body: string;
}

/** Keeps the last exchanges for the inspector. It is not part of the state, because it changes with every event. */
export interface ExchangeLog {
  begin(exchange: { atMs: number; endpoint: EndpointInfo }): ExchangeRecorder;
  /** Newest first. */
  all(): readonly LoggedExchange[];
}

interface ExchangeRecorder {
  take(event: ExchangeEvent): void;
  end(answer: ChatAnswer): void;
  broke(problem: string): void;
}

type Sent = Extract<ExchangeEvent, { type: 'request' }>;

type Entry = { -readonly [K in keyof LoggedExchange]: LoggedExchange[K] } & {
  size: number;
  /** A request that is not parsed yet. It is parsed later, so that parsing doesn't delay the sending. */
  sent?: Sent | undefined;
};

const MAX_EXCHANGES = 50;
/** The limit of all exchanges' requests and events in UTF-16 units; running exchanges may exceed it. */
const MAX_TOTAL = 1_000_000;
/** The limit of one exchange's events in UTF-16 units, and also of its request. */
const MAX_SIZE = 65_536;
/** The memory that an event needs besides its text, in UTF-16 units. */
const EVENT_SIZE = 32;

export function createExchangeLog(): ExchangeLog {
  const exchanges: Entry[] = [];
  let count = 0;

  const boundAll = (): void => {
    exchanges.length = Math.min(exchanges.length, MAX_EXCHANGES);
    let total = 0;
    for (const exchange of exchanges) {
      total += exchange.size;
      if (total > MAX_TOTAL && exchange.end !== undefined) dropContent(exchange);
    }
  };

  return {
    all() {
      for (const exchange of exchanges) keepRequest(exchange);
      return exchanges;
    },
    begin({ atMs, endpoint }) {
      count += 1;
      const events: LoggedEvent[] = [];
      const entry: Entry = {
        number: count,
        atMs,
        endpoint,
        events,
        left: 0,
        dropped: false,
        size: 0,
      };
      exchanges.unshift(entry);
      boundAll();
      let size = 0;
      const outputOverTime = createOutputRecorder();
      return {
        take(event) {
          recordOutput(outputOverTime, event);
          if (event.type === 'start') return;
          if (event.type === 'request') {
            entry.sent = event;
            return;
          }
          keepRequest(entry);
          if (event.type === 'headers') {
            entry.response = { statusCode: event.statusCode, headers: shownHeaders(event.headers, []) };
            return;
          }
          const text = textOf(event);
          size += text.length + EVENT_SIZE;
          if (size > MAX_SIZE) {
            entry.left += 1;
            return;
          }
          events.push({ tMs: event.tMs, type: event.type, text });
          entry.size += text.length + EVENT_SIZE;
        },
        end({ outcome, metrics, finishReason, malformedEvents, repeatedChars, error }) {
          entry.outputOverTime = outputOverTime.snapshot();
          keepRequest(entry);
          entry.end = {
            outcome,
            metrics,
            ...(finishReason !== null && { finishReason }),
            ...(malformedEvents > 0 && { malformedEvents }),
            ...(repeatedChars !== undefined && { repeatedChars }),
            ...(error !== undefined && { error: error.message }),
          };
        },
        broke(problem) {
          entry.end = { outcome: 'error', error: problem };
        },
      };
    },
  };
}

type TextEvent = Exclude<ExchangeEvent, { type: 'start' | 'request' | 'headers' }>;

function textOf(event: TextEvent): string {
  switch (event.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return event.text;
    case 'split':
      if (beginsAgain(event)) return 'the answer begins again';
      return event.reasoning === ''
        ? 'the reasoning so far is the answer: all of it had the same mark'
        : 'the text so far was reasoning, up to the closing tag';
    case 'tool_call':
      return `${event.name ?? `#${event.index}`} ${event.arguments}`;
    case 'usage':
      return JSON.stringify(event.usage);
    case 'finish':
      return event.reason;
    case 'error':
      return event.error.message;
    case 'malformed':
      return event.data;
    case 'adapted':
      return event.notice;
    case 'retry':
      return `attempt ${event.attempt} of ${event.maxAttempts} in ${Math.round(event.delayMs)} ms: ${event.reason}`;
  }
}

function dropContent(exchange: Entry): void {
  if (exchange.dropped) return;
  exchange.left += exchange.events.length;
  delete exchange.request;
  Object.assign(exchange, { dropped: true, events: [], size: 0 });
}

function keepRequest(exchange: Entry): void {
  const { sent } = exchange;
  if (sent === undefined) return;
  exchange.sent = undefined;
  const { method, url, headers } = sent;
  const body = bodyText(sent.body);
  exchange.size += body.length - (exchange.request?.body.length ?? 0);
  exchange.request = { method, url, headers, body };
}

/** Cuts long contents before making JSON: a slice of a string would keep the whole string in memory. */
function bodyText(sent: string): string {
  const body = sentBody(sent);
  if (body === undefined) return Buffer.from(sent.slice(0, MAX_SIZE)).toString();
  const { name, conversation, others } = body;
  const kept: unknown[] = [];
  let room = MAX_SIZE;
  for (const item of conversation.toReversed()) {
    if (room <= 0) break;
    const { content: whole, ...beside } = membersOf(item);
    const content = typeof whole === 'object' ? withoutData(whole) : whole;
    const text = typeof content === 'string' ? content : (JSON.stringify(content) ?? '');
    const cut = text.length > room ? `${beginningOf(text, room)}… and ${text.length - room} more` : content;
    kept.unshift({ ...beside, ...(cut !== undefined && { content: cut }) });
    room -= text.length + JSON.stringify(beside).length;
  }
  const json = JSON.stringify({ ...others, [name]: kept }, null, 2);
  const left = conversation.length - kept.length;
  return left === 0 ? json : `${json}\n… and ${left} earlier messages, which are not kept here`;
}

/** Replaces the data of files by its length, because an image is longer than everything else together. */
function withoutData(content: unknown): unknown {
  const json = JSON.stringify(content, (_name, value: unknown) => {
    if (typeof value !== 'string') return value;
    const [found, type = ''] = DATA.exec(value) ?? [];
    return found === undefined ? value : `${type}… ${value.length - type.length} characters`;
  });
  return JSON.parse(json);
}

/** Matches Base64 that is too long to be a name, a key or a signature. */
const DATA = /^(data:[^,]{0,100},)?[A-Za-z0-9+/]{2000}/;
