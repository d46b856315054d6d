import type { Endpoint } from '../config/index.js';
import type { LoadFigures } from '../metrics/exchange.js';
import { createTimeline, type DaemonTimings, type Timeline } from '../metrics/timeline.js';
import type { ChatEvent, ChatResult } from '../sdk/chat/chat-types.js';
import {
  type AnswerContext,
  type ChatStream,
  createChatStream,
  type HTTPRequestConfig,
  type RequestPolicy,
  type StreamEnding,
  type StreamEvent,
  type StreamResult,
} from '../sdk/index.js';
import type { Adaptations } from './adaptation.js';
import { asException, CLOSING_MS, LINGER_MS, runExchange, silence } from './exchange.js';
import { outputOf } from './observer.js';
import { type Prepared, prepared } from './prepared.js';
import { requestBody, settingsOf, translated } from './request-body.js';
import type { ChatMessage, ChatOptions, HttpStreamer } from './types.js';

/** A running request. */
export interface LoadStream {
  readonly result: Promise<StreamResult>;
  /** Ends the request with outcome `cancelled`. */
  cancel(): void;
  /** Fails the request when its time limit has passed. Call it periodically. */
  check(nowMs: number): void;
}

export interface LoadStreamer extends HttpStreamer {
  /** Sends a request as `streamHTTP` does, but cheaper; undefined when this streamer cannot send such a request. */
  start?(request: HTTPRequestConfig, onEvent: OnEvent): LoadStream | undefined;
}

/** Settings that all requests of a load test share. */
export interface LoadTarget {
  readonly streamer: LoadStreamer;
  readonly endpoint: Endpoint;
  readonly options: Omit<ChatOptions, 'signal' | 'onEvent' | 'onDelta' | 'onGap' | 'onWire'>;
  /** Members that the endpoint refused before. */
  readonly adaptations: Adaptations;
  /** Called with a remark on the endpoint for the user. */
  onNotice(text: string): void;
}

/** One request of a load test. */
export interface LoadRequest {
  messages: readonly ChatMessage[];
  maxTokens?: number;
  body?: Readonly<Record<string, unknown>>;
  /** The trace that it belongs to. */
  traceId?: string;
  /** Called when the request is sent. */
  onSent(atMs: number): void;
  /** Called with each gap between arrivals of output, in ms. */
  onGap(ms: number): void;
}

export interface LoadAnswer extends ChatResult {
  metrics: LoadFigures;
}

interface Running {
  /** Ends the exchange when a time limit has passed. Called every `CHECK_MS`. */
  check(nowMs: number): void;
  abort(): void;
}

type OnEvent = (event: StreamEvent) => void | Promise<void>;

/** Interval at which running requests' time limits are checked, in ms. */
const CHECK_MS = 100;

/**
 * Runs the exchanges of a load test, for thousands of requests a second. A plain 2xx response is read here, with as few
 * objects, promises and timers as possible. Any other response is handed to `runExchange`. Both use the same answer
 * parser and timeline.
 */
export class LoadExchanges {
  readonly #target: LoadTarget;
  readonly #running = new Set<Running>();
  /** Request bodies by their messages, because a test sends the same prompts many times. */
  readonly #bodies = new WeakMap<readonly ChatMessage[], Buffer>();
  readonly #timer: NodeJS.Timeout;
  readonly #shared: Shared;

  constructor(target: LoadTarget) {
    const { endpoint, options } = target;
    const model = options.model ?? endpoint.model;
    const request = prepared(endpoint, model);
    this.#target = target;
    this.#shared = {
      target,
      model,
      request,
      idleMs: options.idleMs ?? endpoint.idleMs,
      timeoutMs: options.timeoutMs ?? endpoint.timeoutMs,
      answerMs: options.answerMs ?? endpoint.answerMs,
      policy: { scope: model, ...options.policy },
      context: {
        source: request.host,
        keys: request.keys,
        settings: settingsOf(endpoint, options),
        format: endpoint.access.api,
        thinkingTags: endpoint.access.thinkingTags,
      },
      done: (exchange) => this.#running.delete(exchange),
    };
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      for (const exchange of this.#running) exchange.check(nowMs);
    }, CHECK_MS).unref();
  }

  /** Never rejects. */
  ask(request: LoadRequest): Promise<LoadAnswer> {
    const body = this.#bodyOf(request);
    const exchange = new LoadExchange(this.#shared, request);
    this.#running.add(exchange);
    return exchange.run(body);
  }

  /** Ends all running exchanges with outcome `cancelled`. */
  abort(): void {
    for (const exchange of this.#running) exchange.abort();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #bodyOf(request: LoadRequest): Buffer | undefined {
    const { endpoint, options, adaptations } = this.#target;
    // Only `runExchange` adapts refused bodies and adds client certificates.
    if (adaptations.size > 0 || endpoint.access.clientFiles !== undefined) return undefined;
    const { messages, maxTokens, body } = request;
    const known = this.#bodies.get(messages);
    if (known !== undefined) return known;
    const all = {
      ...(maxTokens !== undefined && { maxTokens }),
      ...(body !== undefined && { body }),
      ...options,
      stream: endpoint.access.stream,
    };
    const asked = requestBody(endpoint, this.#shared.model, messages, all);
    const bytes = Buffer.from(JSON.stringify(translated(endpoint, asked)));
    this.#bodies.set(messages, bytes);
    return bytes;
  }
}

interface Shared {
  readonly target: LoadTarget;
  readonly model: string;
  readonly request: Prepared;
  readonly idleMs: number;
  readonly timeoutMs: number;
  readonly answerMs: number | undefined;
  readonly context: AnswerContext;
  readonly policy: RequestPolicy;
  done(exchange: Running): void;
}

class LoadExchange implements Running {
  readonly #shared: Shared;
  readonly #asked: LoadRequest;
  /** Aborts the exchange of `#runOther`. */
  #otherStop: AbortController | undefined;
  readonly #sentMs = performance.now();
  readonly #timeline: Timeline;
  #stream: LoadStream | undefined;
  #chat: ChatStream | undefined;
  /** The `runExchange` that reads a response that is not plain. */
  #other: { answer: Promise<LoadAnswer>; onEvent: Promise<OnEvent> } | undefined;
  #arrivedMs = 0;
  #readUs: number | undefined;
  /** Number of answer events so far. */
  #told = 0;
  /** When the latest bytes of the response arrived; 0 before its headers. */
  #aliveMs = 0;
  /** When the exchange ends even if the connection stays open. */
  #endAtMs = Number.POSITIVE_INFINITY;
  #stalled = false;
  #aborted = false;

  constructor(shared: Shared, asked: LoadRequest) {
    this.#shared = shared;
    this.#asked = asked;
    this.#timeline = createTimeline(this.#sentMs, asked.onGap, false);
  }

  /** @param body undefined: `runExchange` creates the body */
  async run(body: Buffer | undefined): Promise<LoadAnswer> {
    const { target, done } = this.#shared;
    this.#asked.onSent(this.#sentMs);
    try {
      if (body === undefined) return await this.#runOther(target.streamer);
      const request = this.#request(body);
      this.#stream = target.streamer.start?.(request, this.#onEvent) ?? this.#viaHttp(request);
      return this.#finish(await this.#stream.result);
    } catch (thrown) {
      // The other exchange received the same failure, after all earlier events.
      if (this.#other !== undefined) return this.#other.answer;
      const error = asException(thrown);
      return this.#end(this.#aborted ? { kind: 'cancelled' } : { kind: 'failed', error }, error.sent);
    } finally {
      done(this);
    }
  }

  check(nowMs: number): void {
    const { idleMs } = this.#shared;
    if (this.#other !== undefined) return;
    this.#stream?.check(nowMs);
    this.#stalled = this.#aliveMs > 0 && idleMs > 0 && nowMs - this.#aliveMs > idleMs;
    if (this.#stalled || nowMs > this.#endAtMs) this.#stream?.cancel();
  }

  abort(): void {
    this.#aborted = true;
    this.#stream?.cancel();
    this.#otherStop?.abort();
  }

  #viaHttp(request: HTTPRequestConfig): LoadStream {
    const stop = new AbortController();
    const result = this.#shared.target.streamer.streamHTTP(request, {
      onEvent: this.#onEvent,
      signal: stop.signal,
    });
    return { result, cancel: () => stop.abort(), check() {} };
  }

  #request(body: Buffer): HTTPRequestConfig {
    const { target, request, timeoutMs, answerMs, policy } = this.#shared;
    return {
      method: 'POST',
      url: request.url,
      headers: request.headers[target.endpoint.access.stream ? 'stream' : 'whole'],
      body,
      timeoutMs,
      idleMs: 0,
      ...(answerMs !== undefined && { answerMs }),
      ...(this.#asked.traceId !== undefined && { traceId: this.#asked.traceId }),
      policy,
    };
  }

  #finish(result: StreamResult): LoadAnswer | Promise<LoadAnswer> {
    if (this.#other !== undefined) return this.#other.answer;
    if (!this.#stalled) {
      return this.#end({ kind: result.outcome === 'cancelled' ? 'cancelled' : 'closed' }, result.timings);
    }
    const { request, idleMs } = this.#shared;
    return { ...this.#end({ kind: 'stalled' }, result.timings), error: silence(request.host, idleMs) };
  }

  #end(how: StreamEnding, timings?: DaemonTimings): LoadAnswer {
    const chat = this.#chat ?? createChatStream({ statusCode: 200, contentType: '' });
    this.#timeline.end(performance.now(), timings);
    return { ...chat.end(how), metrics: this.#timeline.figures() };
  }

  readonly #onEvent = (event: StreamEvent): void | Promise<void> => {
    if (this.#other !== undefined) return this.#other.onEvent.then((take) => take(event));
    switch (event.type) {
      case 'chunk':
        this.#onChunk(event);
        return undefined;
      case 'start':
        return this.#onStart(event);
      case 'retry':
        this.#timeline.retrying(event.attempt);
    }
  };

  #onStart(event: Extract<StreamEvent, { type: 'start' }>): void | Promise<void> {
    const { statusCode, headers, atMs, timings, buffered } = event;
    const coding = headers['content-encoding'] ?? '';
    if (statusCode < 200 || statusCode > 299 || coding !== '') return this.#handOver(event);
    this.#aliveMs = atMs;
    this.#timeline.headers({ atMs, timings, buffered });
    const head = { statusCode, contentType: headers['content-type'] ?? '', headers };
    this.#chat = createChatStream(head, this.#onChatEvent, this.#shared.context);
  }

  #onChunk({ data, atMs, offsetUs }: Extract<StreamEvent, { type: 'chunk' }>): void {
    const chat = this.#chat;
    if (chat === undefined) return;
    this.#timeline.received(data.length, atMs);
    this.#aliveMs = atMs;
    this.#arrivedMs = atMs;
    this.#readUs = offsetUs;
    const told = this.#told;
    const wasOver = chat.over;
    chat.feed(data);
    if (chat.over) {
      if (!wasOver) this.#endAtMs = atMs + LINGER_MS;
    } else if (this.#told > told)
      this.#endAtMs = atMs + (CLOSING_MS[chat.ending] ?? Number.POSITIVE_INFINITY);
  }

  readonly #onChatEvent = (event: ChatEvent): void => {
    this.#told += 1;
    const output = outputOf(event);
    if (output === undefined) {
      if (event.type === 'usage') this.#timeline.usage(event.usage);
      return;
    }
    if (output.text === '') return;
    const readUs = this.#readUs;
    this.#timeline.content({
      ...output,
      arrivedMs: this.#arrivedMs,
      decodedMs: performance.now(),
      ...(readUs !== undefined && { readUs }),
    });
  };

  /** Lets `runExchange` read the response that begins with `start`. It may send the request again. */
  #handOver(start: StreamEvent): Promise<void> {
    const { streamer } = this.#shared.target;
    const onEvent = Promise.withResolvers<OnEvent>();
    const stream = this.#stream;
    const client: HttpStreamer = {
      connect: async () => {},
      streamHTTP: (request, options = {}) => {
        if (stream === undefined || this.#adopted) return streamer.streamHTTP(request, options);
        this.#adopted = true;
        options.signal?.addEventListener('abort', () => stream.cancel(), { once: true });
        onEvent.resolve((event) => options.onEvent?.(event));
        return stream.result;
      },
    };
    this.#other = { answer: this.#runOther(client), onEvent: onEvent.promise };
    return onEvent.promise.then((take) => take(start));
  }
  #adopted = false;

  #runOther(client: HttpStreamer): Promise<LoadAnswer> {
    const { target } = this.#shared;
    const { messages, maxTokens, body, traceId, onGap } = this.#asked;
    this.#otherStop = new AbortController();
    return runExchange(client, target.endpoint, 0, messages, {
      stream: true,
      ...(maxTokens !== undefined && { maxTokens }),
      ...(body !== undefined && { body }),
      ...(traceId !== undefined && { traceId }),
      ...target.options,
      adaptations: target.adaptations,
      sentMs: this.#sentMs,
      signal: this.#otherStop.signal,
      onGap,
      onEvent(event) {
        if (event.type === 'adapted') target.onNotice(event.notice);
      },
    });
  }
}
