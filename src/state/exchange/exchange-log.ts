import { beginningOf } from '../../common/beginning.js';
import { shownHeaders } from '../../common/headers.js';
import type { Outcome } from '../../common/outcomes.js';
import type { ChatAnswer, ExchangeEvent } from '../../connector/types.js';
import { type Course, createCourse } from '../../metrics/course.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { EndpointInfo } from '../ports.js';
import { addToCourse } from './course-events.js';
import { membersOf, sentBody } from './sent-body.js';

/** One event of an exchange. Its text comes from outside: make it harmless before you show it. */
interface LoggedEvent {
  /** Milliseconds since send. */
  readonly tMs: number;
  readonly type: string;
  readonly text: string;
}

/** The kept part of request and response. Text from outside: as in `LoggedEvent`. */
export interface LoggedExchange {
  readonly number: number;
  /** Unix time in ms. */
  readonly atMs: number;
  readonly endpoint: EndpointInfo;
  /** As it was sent, secrets apart; absent until then, and once it was let go. */
  readonly request?: LoggedRequest;
  readonly response?: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> };
  /** The first ones, up to a limit. */
  readonly events: readonly LoggedEvent[];
  /** Events that were not kept. */
  readonly left: number;
  /** When all its output came; absent until it has ended, and where there was none. */
  readonly course?: Course | undefined;
  /** Its request and events gave way to those of later exchanges. */
  readonly letGo: boolean;
  readonly end?: {
    readonly outcome: Outcome;
    readonly metrics?: ExchangeMetrics;
    /** As the provider gave it. */
    readonly finishReason?: string;
    /** Events of the answer, or parts of them, that could not be read. */
    readonly malformedEvents?: number;
    readonly error?: string;
  };
}

interface LoggedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; of a long conversation the newest messages. */
  readonly body: string;
}

/** Keeps the last exchanges, for the inspector. Not part of the state: it grows with every event. */
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
  /** A request that is not read yet: what leaves now has no time for that. */
  sent?: Sent | undefined;
};

const MAX_EXCHANGES = 50;
/** UTF-16 units of the requests and events of all exchanges; those that run may exceed it. */
const MAX_TOTAL = 1_000_000;
/** UTF-16 units of one exchange's events, and of its request. */
const MAX_SIZE = 65_536;
/** What an event costs beyond its text. */
const EVENT_SIZE = 32;

export function createExchangeLog(): ExchangeLog {
  const exchanges: Entry[] = [];
  let count = 0;

  const boundAll = (): void => {
    exchanges.length = Math.min(exchanges.length, MAX_EXCHANGES);
    let total = 0;
    for (const exchange of exchanges) {
      total += exchange.size;
      if (total > MAX_TOTAL && exchange.end !== undefined) letGo(exchange);
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
        letGo: false,
        size: 0,
      };
      exchanges.unshift(entry);
      boundAll();
      let size = 0;
      const course = createCourse();
      return {
        take(event) {
          addToCourse(course, event);
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
        end({ outcome, metrics, finishReason, malformedEvents, error }) {
          entry.course = course.snapshot();
          keepRequest(entry);
          entry.end = {
            outcome,
            metrics,
            ...(finishReason !== null && { finishReason }),
            ...(malformedEvents > 0 && { malformedEvents }),
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

type Told = Exclude<ExchangeEvent, { type: 'start' | 'request' | 'headers' }>;

function textOf(event: Told): string {
  switch (event.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return event.text;
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

function letGo(exchange: Entry): void {
  if (exchange.letGo) return;
  exchange.left += exchange.events.length;
  delete exchange.request;
  Object.assign(exchange, { letGo: true, events: [], size: 0 });
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

/** What is too long is cut before it becomes JSON: a piece that is cut from a string keeps all of it in memory. */
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

/** Files give way to their length: an image has more characters than all else that is kept. */
function withoutData(content: unknown): unknown {
  const json = JSON.stringify(content, (_name, value: unknown) => {
    if (typeof value !== 'string') return value;
    const [found, type = ''] = DATA.exec(value) ?? [];
    return found === undefined ? value : `${type}… ${value.length - type.length} characters`;
  });
  return JSON.parse(json);
}

/** The beginning of Base64 that is longer than a name, a key or a signature. */
const DATA = /^(data:[^,]{0,100},)?[A-Za-z0-9+/]{2000}/;
