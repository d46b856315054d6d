import { speedFrom } from '../../metrics/saved-speed.js';
import { isObject } from '../json.js';
import type { Exchange, Json, JsonObject, Session } from '../types.js';

/** Returns one line of JSON for each exchange, with its session, question and answer, for `jq` and data frames. */
export function toJsonLines(sessions: readonly Session[]): string {
  return eachExchange(sessions, (session, exchange) => {
    const messageOf = (id: number | null) => session.messages.find((message) => message.id === id);
    const { id: _id, questionId, answerId, ...rest } = exchange;
    const [question, answer] = [messageOf(questionId), messageOf(answerId)];
    return JSON.stringify({
      session: session.id,
      title: session.title,
      ...rest,
      question: question?.text ?? null,
      // Only the JSON export contains the attachments' data.
      attachments: question?.attachments.map(({ data: _data, ...named }) => named) ?? [],
      answer: answer?.text ?? null,
      reasoning: answer?.reasoning ?? null,
      refusal: answer?.refusal ?? null,
      toolCalls: answer?.toolCalls ?? [],
      carried: answer?.carried ?? null,
      finishReason: answer?.finishReason ?? null,
    });
  });
}

const FIGURES = [
  'ttfbMs',
  'ttftMs',
  'e2eMs',
  'tpotMs',
  'tokensPerSecond',
  'promptTokens',
  'outputTokens',
  'tokensEstimated',
  'chunks',
  'bytes',
  'attempts',
  'buffered',
] as const;
const USAGE = ['reasoningTokens', 'cachedTokens', 'cacheWriteTokens'] as const;
const GAPS = ['p50', 'p95', 'p99', 'max'] as const;
const HEADER = [
  'session',
  'title',
  'at',
  'endpoint',
  'model',
  'outcome',
  'error_class',
  'status_code',
  ...FIGURES.map(snakeCase),
  ...GAPS.map((name) => `gap_${name}_ms`),
  'arrivals',
  'rate_withheld',
  ...USAGE.map(snakeCase),
  'finish_reason',
  'tool_calls',
  'malformed_events',
];

/** Returns the figures as CSV (RFC 4180): one row for each exchange, times in ms, unknown values empty. */
export function toCsv(sessions: readonly Session[]): string {
  const rows = eachExchange(
    sessions,
    (session, exchange) =>
      [
        session.id,
        session.title,
        new Date(exchange.atMs).toISOString(),
        exchange.endpoint,
        exchange.model,
        exchange.outcome,
        exchange.error?.class ?? null,
        exchange.error?.statusCode ?? null,
        ...figuresOf(exchange),
        ...endingOf(session, exchange),
        exchange.metrics.malformedEvents ?? null,
      ]
        .map(cell)
        .join(','),
    '\r\n',
  );
  return `${HEADER.join(',')}\r\n${rows}`;
}

function figuresOf({ metrics }: Exchange): Json[] {
  const speed = speedFrom(metrics);
  const figures: JsonObject = speed.kind === 'measured' ? { ...metrics, ...speed } : metrics;
  return [
    ...FIGURES.map((name) => figures[name] ?? null),
    ...GAPS.map((name) => memberOf(metrics.gaps ?? null, name)),
    metrics.arrivals ?? null,
    memberOf(metrics.speed ?? null, 'reason'),
    ...USAGE.map((name) => memberOf(metrics.usage ?? null, name)),
  ];
}

function endingOf({ messages }: Session, { answerId }: Exchange): Json[] {
  const answer = messages.find(({ id }) => id === answerId);
  return [answer?.finishReason ?? null, answer?.toolCalls.length ?? null];
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function cell(value: Json): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  // Spreadsheets would execute such a text as a formula.
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function memberOf(value: Json, name: string): Json {
  return isObject(value) ? (value[name] ?? null) : null;
}

function eachExchange(
  sessions: readonly Session[],
  line: (session: Session, exchange: Exchange) => string,
  end = '\n',
): string {
  return sessions
    .flatMap((session) => session.exchanges.map((exchange) => `${line(session, exchange)}${end}`))
    .join('');
}
