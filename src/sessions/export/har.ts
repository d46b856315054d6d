import { isObject, numberIn } from '../json.js';
import { requestToolCall } from '../request-messages.js';
import type { Exchange, Message, Session } from '../types.js';
import { httpHeadsOf } from './http-heads.js';
import { type Translate, wholeRequest } from './whole-request.js';

const UNKNOWN = -1;

/**
 * Returns exchanges as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), for browsers' network panels and HTTP
 * tools. Hops before the request reached the network count as `blocked`, and the time after the headers as `receive`.
 * The response's content is the answer's text, because raw bytes are not saved.
 * @param version this program's version
 */
export function toHar(sessions: readonly Session[], version: string, translate: Translate): string {
  const log = {
    version: '1.2',
    creator: { name: 'vastar-tui', version },
    pages: sessions.map((session) => ({
      startedDateTime: new Date(session.createdMs).toISOString(),
      id: session.id,
      title: session.title,
      pageTimings: {},
    })),
    entries: sessions
      .flatMap((session) =>
        // Imported exchanges have no known address.
        session.exchanges
          .filter(({ url }) => url !== '')
          .map((exchange) => entryOf(session, exchange, translate)),
      )
      .sort((a, b) => a.startedDateTime.localeCompare(b.startedDateTime)),
  };
  return `${JSON.stringify({ log }, null, 2)}\n`;
}

function entryOf(session: Session, exchange: Exchange, translate: Translate) {
  const answer = session.messages.find(({ id }) => id === exchange.answerId);
  const body = JSON.stringify(wholeRequest(session, exchange, translate));
  const { method, requestHeaders, responseHeaders, ...heads } = httpHeadsOf(exchange);
  const timings = timingsOf(exchange);
  const status = heads.status ?? statusOf(exchange);
  const content = contentOf(answer, exchange);
  return {
    pageref: session.id,
    startedDateTime: new Date(exchange.atMs).toISOString(),
    time: totalOf(timings),
    request: {
      method,
      url: exchange.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairsOf({ 'content-type': 'application/json', ...requestHeaders }),
      queryString: queryOf(exchange.url),
      postData: { mimeType: 'application/json', text: body },
      headersSize: UNKNOWN,
      bodySize: Buffer.byteLength(body),
    },
    response: {
      status,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairsOf(responseHeaders),
      content: {
        ...sizeOf(exchange, content.text),
        ...content,
        comment: "the answer's content; its raw bytes are not saved",
      },
      redirectURL: responseHeaders.location ?? '',
      headersSize: UNKNOWN,
      bodySize: numberIn(exchange.metrics, 'bytes') ?? UNKNOWN,
    },
    cache: {},
    timings: { ...timings, ...namedHops(exchange), ...waitParts(exchange) },
    comment: `${exchange.model}: ${exchange.outcome}`,
    // The format reserves names that begin with an underscore for extensions. Browsers group entries by this one.
    _resourceType: 'fetch',
    _endpoint: exchange.endpoint,
    _metrics: exchange.metrics,
    ...(exchange.error !== null && { _error: exchange.error.message }),
  };
}

/** Returns the status when the response's head was not saved. The status of an answer that had begun was 200. */
function statusOf({ error, metrics }: Exchange): number {
  const began = error === null || numberIn(metrics, 'ttfbMs') !== undefined;
  return error?.statusCode ?? (began ? 200 : 0);
}

/** Returns the size of the decoded body, or of the text if the body's size is not known. */
function sizeOf({ metrics }: Exchange, text: string): { size: number; compression?: number } {
  const bytes = numberIn(metrics, 'bytes');
  const found = metrics.compressed ?? null;
  const decoded = isObject(found) ? numberIn(found, 'decodedBytes') : undefined;
  if (bytes === undefined) return { size: Buffer.byteLength(text) };
  return decoded === undefined ? { size: bytes } : { size: decoded, compression: decoded - bytes };
}

/** Returns the answer's text, or a chat completion's message if the answer consists of more than text. */
function contentOf(answer: Message | undefined, { error }: Exchange): { mimeType: string; text: string } {
  const { text = '', reasoning = '', refusal = '', toolCalls = [] } = answer ?? {};
  if (reasoning === '' && refusal === '' && toolCalls.length === 0)
    return { mimeType: 'text/plain; charset=utf-8', text: text === '' ? (error?.message ?? '') : text };
  const message = {
    role: 'assistant',
    content: text === '' ? null : text,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(refusal !== '' && { refusal }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(requestToolCall) }),
  };
  return { mimeType: 'application/json; charset=utf-8', text: JSON.stringify(message) };
}

interface Timings {
  blocked: number;
  dns: number;
  connect: number;
  ssl: number;
  send: number;
  wait: number;
  receive: number;
}

function timingsOf({ metrics }: Exchange): Timings {
  const found = metrics.hops ?? null;
  const hops = isObject(found) ? found : {};
  const sum = (...names: string[]): number => {
    const known = names.flatMap((name) => numberIn(hops, name) ?? []);
    return known.length === 0 ? UNKNOWN : known.reduce((total, ms) => total + ms, 0);
  };
  const ttfb = numberIn(metrics, 'ttfbMs');
  const end = numberIn(metrics, 'e2eMs') ?? numberIn(metrics, 'elapsedMs') ?? ttfb ?? 0;
  const timings = {
    blocked: sum('client_to_daemon', 'retries', 'redirects', 'queue'),
    dns: sum('dns'),
    // In this format, the connect time includes TLS.
    connect: sum('connect', 'tls'),
    ssl: sum('tls'),
    send: Math.max(0, sum('send')),
  };
  const before = totalOf({ ...timings, wait: 0, receive: 0 });
  const wait = Math.max(0, sum('wait') === UNKNOWN ? (ttfb ?? end) - before : sum('wait'));
  return { ...timings, wait, receive: Math.max(0, end - before - wait) };
}

/** Returns `time`: the sum of all known timings except `ssl`. */
function totalOf({ ssl: _partOfConnect, ...timings }: Timings): number {
  return Object.values(timings).reduce((total, ms) => (ms === UNKNOWN ? total : total + ms), 0);
}

function pairsOf(headers: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

function queryOf(url: string): { name: string; value: string }[] {
  if (!URL.canParse(url)) return [];
  return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
}

/** Returns hops without a name in the format. Their time is also included in the standard timings. */
function namedHops({ metrics }: Exchange): Record<string, number> {
  const found = metrics.hops ?? null;
  const hops = isObject(found) ? found : {};
  return Object.fromEntries(
    ['redirects', 'retries', 'queue', 'thinking'].flatMap((name) => {
      const ms = numberIn(hops, name);
      return ms === undefined ? [] : [[`_${name}`, ms]];
    }),
  );
}

/** Returns the parts of the wait, e.g. `_wait_queue`. Their time is included in `wait` and `receive`. */
function waitParts({ metrics }: Exchange): Record<string, number> {
  const wait = metrics.wait ?? null;
  const parts = isObject(wait) && Array.isArray(wait.parts) ? wait.parts : [];
  const sums: Record<string, number> = {};
  for (const part of parts) {
    if (!isObject(part)) continue;
    const [name, ms] = [part.name, numberIn(part, 'ms')];
    if (typeof name === 'string' && ms !== undefined)
      sums[`_wait_${name}`] = (sums[`_wait_${name}`] ?? 0) + ms;
  }
  return sums;
}
