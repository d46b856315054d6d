import { nowMs } from '../common/time/now-ms.js';
import { codingByMagic } from '../content/codings.js';
import { type DaemonTimings, LoadTimeline } from '../metrics/load-timeline.js';
import type { ChatEvent } from '../sdk/chat/chat-types.js';
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
import { type AdoptedResponse, adoptResponse } from './adopted-response.js';
import { CLOSING_MS, isRestart, LINGER_MS, outputOf, unanswered } from './answer-reader.js';
import { asException, silence } from './exchange-errors.js';
import { isRefusalIn200 } from './held-refusal.js';
import { runWhole, startHttp } from './load-fallback.js';
import {
  copied,
  type LoadAnswer,
  type LoadListener,
  type LoadRequest,
  type LoadStream,
  type LoadTarget,
} from './load-types.js';
import type { Prepared } from './prepared.js';
import type { HttpStreamer } from './types.js';

export type Resolve = (answer: LoadAnswer | Promise<LoadAnswer>) => void;

/** The state that all exchanges of a load test share. */
export interface LoadShared {
  readonly target: LoadTarget;
  readonly model: string;
  readonly request: Prepared;
  readonly idleMs: number;
  readonly timeoutMs: number;
  readonly answerMs: number | undefined;
  readonly context: AnswerContext;
  readonly policy: RequestPolicy;
  done(exchange: LoadExchange): void;
}

/** One exchange of a load test. */
export class LoadExchange implements LoadListener {
  /** Its position among the running exchanges. */
  place: number;
  readonly #shared: LoadShared;
  readonly #request: LoadRequest;
  /** Aborts the exchange of `#runWhole`. */
  #wholeStop: AbortController | undefined;
  readonly #sentMs = nowMs();
  readonly #timeline: LoadTimeline;
  readonly #resolve: Resolve;
  #stream: LoadStream | undefined;
  #chat: ChatStream | undefined;
  /** The response's head, until its first bytes show whether they are compressed or a refusal. */
  #start: StreamEvent | undefined;
  /** The response, when `runExchange` reads it. */
  #adopted: AdoptedResponse | undefined;
  #arrivedMs = 0;
  #readUs: number | undefined;
  /** When the latest bytes of the response arrived; 0 before its headers. */
  #aliveMs = 0;
  /** When the exchange ends even if the connection stays open. */
  #endAtMs = Number.POSITIVE_INFINITY;
  #stalled = false;
  #aborted = false;

  constructor(shared: LoadShared, request: LoadRequest, resolve: Resolve, place: number) {
    this.#shared = shared;
    this.#request = request;
    this.place = place;
    this.#timeline = new LoadTimeline(this.#sentMs, request.onGap);
    this.#resolve = resolve;
  }

  /** @param body undefined: `runExchange` creates the body */
  run(body: Buffer | undefined): void {
    const { streamer } = this.#shared.target;
    this.#request.onSent(this.#sentMs);
    if (body === undefined) {
      this.#settle(this.#runWhole(streamer));
      return;
    }
    const request = this.#httpRequest(body);
    try {
      this.#stream = streamer.start?.(request, this) ?? startHttp(streamer, request, this);
    } catch (error) {
      this.onFailed(error);
    }
  }

  onEnd(result: StreamResult): void {
    if (this.#adopted !== undefined) {
      this.#adopted.onEnd(result);
      return;
    }
    if (!this.#stalled) {
      const kind = result.outcome === 'cancelled' ? 'cancelled' : 'closed';
      this.#settle(this.#end({ kind }, result.timings));
      return;
    }
    const { request, idleMs } = this.#shared;
    const answer = this.#end({ kind: 'stalled' }, result.timings);
    this.#settle({ ...answer, error: silence(request.host, idleMs) });
  }

  onFailed(thrown: unknown): void {
    if (this.#adopted !== undefined) {
      this.#adopted.onFailed(thrown);
      return;
    }
    const error = asException(thrown);
    this.#settle(this.#end(this.#aborted ? { kind: 'cancelled' } : { kind: 'failed', error }, error.sent));
  }

  check(nowMs: number): void {
    const { idleMs } = this.#shared;
    if (this.#adopted !== undefined) return;
    this.#stream?.check(nowMs);
    this.#stalled = this.#aliveMs > 0 && idleMs > 0 && nowMs - this.#aliveMs > idleMs;
    if (this.#stalled || nowMs > this.#endAtMs) this.#stream?.cancel();
  }

  abort(): void {
    this.#aborted = true;
    this.#stream?.cancel();
    this.#wholeStop?.abort();
  }

  #settle(answer: LoadAnswer | Promise<LoadAnswer>): void {
    const leave = (): void => this.#shared.done(this);
    if (answer instanceof Promise) answer.then(leave, leave);
    else leave();
    this.#resolve(answer);
  }

  #httpRequest(body: Buffer): HTTPRequestConfig {
    const { target, request, timeoutMs, answerMs, policy } = this.#shared;
    return {
      method: 'POST',
      url: request.url,
      headers: request.headers[target.endpoint.access.stream ? 'stream' : 'whole'],
      body,
      timeoutMs,
      idleMs: 0,
      ...(answerMs !== undefined && { answerMs }),
      ...(this.#request.traceId !== undefined && { traceId: this.#request.traceId }),
      policy,
    };
  }

  #end(how: StreamEnding, timings?: DaemonTimings): LoadAnswer {
    this.#timeline.timed(timings);
    return { ...(this.#chat?.end(how) ?? unanswered(how)), metrics: this.#timeline.figures() };
  }

  onEvent(event: StreamEvent): void | Promise<void> {
    if (this.#adopted !== undefined) return this.#adopted.onEvent(copied(event));
    switch (event.type) {
      case 'chunk': {
        const start = this.#start;
        this.#start = undefined;
        const { adapt } = this.#shared.target.endpoint.access;
        const refused = start !== undefined && adapt && isRefusalIn200(event.data);
        if (start !== undefined && (refused || codingByMagic(event.data) !== undefined)) {
          const chunk = copied(event);
          return this.#handOver(start).then(() => this.onEvent(chunk));
        }
        this.#onChunk(event);
        return undefined;
      }
      case 'start':
        return this.#onStart(event);
      case 'retry':
        this.#timeline.retrying(event.attempt);
    }
  }

  #onStart(event: Extract<StreamEvent, { type: 'start' }>): void | Promise<void> {
    const { statusCode, headers, atMs, timings, buffered } = event;
    const coding = headers['content-encoding'] ?? '';
    if (statusCode < 200 || statusCode > 299 || coding !== '') return this.#handOver(event);
    this.#start = event;
    this.#aliveMs = atMs;
    this.#timeline.headers(atMs, timings, buffered);
    const head = { statusCode, contentType: headers['content-type'] ?? '', headers };
    this.#chat = createChatStream(head, this.#onChatEvent, this.#shared.context);
  }

  #onChunk({ data, atMs, offsetUs }: Extract<StreamEvent, { type: 'chunk' }>): void {
    const chat = this.#chat;
    if (chat === undefined) return;
    this.#aliveMs = atMs;
    this.#arrivedMs = atMs;
    this.#readUs = offsetUs;
    const { over: wasOver, withheld } = chat;
    const active = chat.feed(data);
    this.#timeline.withheld(chat.withheld - withheld, atMs, offsetUs);
    if (chat.over && !wasOver) this.#endAtMs = atMs + LINGER_MS;
    else if (!chat.over && active)
      this.#endAtMs = atMs + (CLOSING_MS[chat.ending] ?? Number.POSITIVE_INFINITY);
  }

  readonly #onChatEvent = (event: ChatEvent): void => {
    const output = outputOf(event);
    if (output === undefined) {
      if (event.type === 'usage') this.#timeline.usage(event.usage);
      else if (event.type === 'split') this.#timeline.split(isRestart(event));
      return;
    }
    if (output.text === '') return;
    this.#timeline.content({
      kind: output.kind,
      text: output.text,
      arrivedMs: this.#arrivedMs,
      decodedMs: nowMs(),
      readUs: this.#readUs,
    });
  };

  /** Lets `runExchange` read the response that begins with `start`. It may send the request again. */
  #handOver(start: StreamEvent): Promise<void> {
    const { streamer } = this.#shared.target;
    const { client, response } = adoptResponse(streamer, () => this.#stream?.cancel());
    this.#adopted = response;
    this.#settle(this.#runWhole(client, true));
    return response.onEvent(start);
  }

  /** @param sentWhole whether the request was already sent, with all members */
  #runWhole(client: HttpStreamer, sentWhole = false): Promise<LoadAnswer> {
    this.#wholeStop = new AbortController();
    const { signal } = this.#wholeStop;
    return runWhole(client, this.#shared.target, this.#request, { sentMs: this.#sentMs, sentWhole, signal });
  }
}
