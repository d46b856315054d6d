import type { Endpoint } from '../config/endpoints/endpoint.js';
import { ContentError } from '../content/content-error.js';
import type { DaemonTimings } from '../metrics/load-timeline.js';
import { createTimeline, type Timeline } from '../metrics/timeline.js';
import { abortable } from '../sdk/abortable.js';
import type { AnswerContext, HTTPRequestConfig, StreamEnding, StreamResult } from '../sdk/index.js';
import { type Adaptations, type AdaptedBody, adaptationNotice, adaptBody } from './adaptation.js';
import { type AnswerReader, createAnswerReader, unanswered } from './answer-reader.js';
import { type Identity, identityOf } from './client-certificate.js';
import { type DecodedEvents, decodeEvents } from './decoded-events.js';
import { asException, silence, undecodable, usable, withBodyError } from './exchange-errors.js';
import { type HeldRefusal, holdRefusal } from './held-refusal.js';
import type { ChatMessage } from './messages.js';
import { contextOf, type Prepared, prepared } from './prepared.js';
import { requestBody, settingsOf, translated } from './request-body.js';
import { requestEvent } from './sent-request.js';
import { type Stopper, stopper } from './stopper.js';
import { withSettings } from './time-left.js';
import type { ChatAnswer, ChatOptions, HttpStreamer } from './types.js';

/** How long the body of a refusal may be silent, in ms. The status is useful even without the body. */
const REFUSAL_IDLE_MS = 5000;

export interface ExchangeOptions extends ChatOptions {
  stream: boolean;
  /** Called after each chunk. While the returned promise is pending, reading pauses. */
  drained?: () => Promise<void> | undefined;
  /** Members that providers refused before; new refusals are added. By default, no refusals are remembered. */
  adaptations?: Adaptations;
  /** When the request was sent, if the client has already sent it [now]. */
  sentMs?: number;
  /** Whether that request had all members, also those in `adaptations` [false]. */
  sentWhole?: boolean;
}

/** Runs one exchange: builds the body, sends it, reads the answer and computes the figures. Never rejects. */
export async function runExchange(
  client: HttpStreamer,
  endpoint: Endpoint,
  exchange: number,
  messages: readonly ChatMessage[],
  options: ExchangeOptions,
): Promise<ChatAnswer> {
  const run = new ExchangeRun(client, endpoint, exchange, options);
  try {
    return await run.answer(messages);
  } catch (thrown) {
    return run.failed(thrown);
  } finally {
    run.close();
  }
}

/** What an exchange needs to send its request, once its clock has started. */
interface Begun {
  readonly model: string;
  readonly request: Prepared;
  readonly identity: Identity;
  /** Whether the answer comes as a stream. */
  readonly stream: boolean;
  readonly sentMs: number;
  readonly timeline: Timeline;
  readonly reader: AnswerReader;
  readonly adapted: AdaptedBody;
}

const NOTHING_REFUSED = { members: [], isNew: false };

class ExchangeRun {
  readonly #client: HttpStreamer;
  readonly #endpoint: Endpoint;
  readonly #exchange: number;
  readonly #options: ExchangeOptions;
  readonly #idleMs: number;
  readonly #timeoutMs: number;
  readonly #answerMs: number | undefined;
  readonly #stop: Stopper;
  #timeline: Timeline | undefined;
  #reader: AnswerReader | undefined;
  #context: AnswerContext = {};
  #decoded: DecodedEvents | undefined;

  constructor(client: HttpStreamer, endpoint: Endpoint, exchange: number, options: ExchangeOptions) {
    this.#client = client;
    this.#endpoint = endpoint;
    this.#exchange = exchange;
    this.#options = options;
    this.#idleMs = options.idleMs ?? endpoint.idleMs;
    this.#timeoutMs = options.timeoutMs ?? endpoint.timeoutMs;
    this.#answerMs = options.answerMs ?? endpoint.answerMs;
    this.#stop = stopper(options.signal, this.#idleMs);
  }

  /** Sends the request and reads its answer. */
  async answer(messages: readonly ChatMessage[]): Promise<ChatAnswer> {
    const begun = await this.#begin(messages);
    const { outcome, timings } = await this.#send(begun);
    if (!this.#stop.stalled())
      return this.#finish({ kind: outcome === 'cancelled' ? 'cancelled' : 'closed' }, timings);
    const answer = this.#finish({ kind: 'stalled' }, timings);
    // A refusal is reported with its status, even when its body is incomplete.
    if (answer.error !== undefined) return answer;
    return { ...answer, error: silence(begun.request.host, this.#idleMs) };
  }

  /** Returns the answer of an exchange that an error has ended. */
  failed(thrown: unknown): ChatAnswer {
    if (thrown instanceof ContentError) {
      const error = undecodable(thrown, this.#context);
      const ending: StreamEnding = thrown.fault === 'cut' ? { kind: 'closed' } : { kind: 'failed', error };
      return withBodyError(this.#finish(ending), error);
    }
    const error = asException(thrown);
    const cancelled = this.#options.signal?.aborted;
    return this.#finish(cancelled ? { kind: 'cancelled' } : { kind: 'failed', error }, error.sent);
  }

  close(): void {
    this.#stop.release();
    this.#decoded?.close();
  }

  /** Connects, starts the clock, and creates the reader and the body. */
  async #begin(messages: readonly ChatMessage[]): Promise<Begun> {
    const endpoint = usable(this.#endpoint);
    const options = this.#options;
    // The clock starts after connecting: starting the daemon is not part of the exchange.
    await abortable(this.#client.connect(), this.#stop.signal);
    const model = options.model ?? endpoint.model;
    const request = prepared(endpoint, model);
    const identity = await identityOf(endpoint);
    const stream = options.stream && endpoint.access.stream;
    const sentMs = options.sentMs ?? performance.now();
    const timeline = createTimeline(sentMs, options.onGap);
    this.#timeline = timeline;
    const exchange = this.#exchange;
    options.onEvent?.({ type: 'start', exchange, url: request.shownUrl, model, live: timeline });
    const settings = settingsOf(endpoint, options);
    this.#context = contextOf(endpoint, request, settings);
    const reader = createAnswerReader({
      ...options,
      timeline,
      sentMs,
      context: this.#context,
      stop: this.#stop,
      coding: () => this.#decoded?.coding,
    });
    this.#reader = reader;
    const adapted = adaptBody(
      requestBody(endpoint, model, messages, { ...options, stream }),
      settings,
      options.adaptations ?? new Map(),
      `${request.url} ${model}`,
    );
    return { model, request, identity, stream, sentMs, timeline, reader, adapted };
  }

  /** Sends the request. If the provider refuses a member that can be changed, sends it again without that member. */
  async #send(begun: Begun, again = false): Promise<StreamResult> {
    const { request, sentMs, timeline, reader, adapted } = begun;
    const { onEvent } = this.#options;
    const elapsedMs = again ? performance.now() - sentMs : 0;
    const held = holdRefusal(reader.take, () => {
      this.#stop.limit(REFUSAL_IDLE_MS);
      this.#stop.bytes();
    });
    const sent = this.#httpRequest(begun, again, elapsedMs);
    const { access } = this.#endpoint;
    onEvent?.(requestEvent(sent, request.shownUrl, access.api, request.keys, elapsedMs));
    const result = await this.#read(sent, held);
    const refusal = this.#stop.signal.aborted || !access.adapt ? undefined : held.text();
    const { members, isNew } = refusal === undefined ? NOTHING_REFUSED : adapted.refused(refusal);
    if (members.length === 0) {
      if (held.holding) await held.release();
      return result;
    }
    const nowMs = performance.now();
    timeline.resending(nowMs, result.timings);
    const notice = adaptationNotice(request.host, members);
    if (isNew) onEvent?.({ type: 'adapted', tMs: nowMs - sentMs, members, notice });
    return this.#send(begun, true);
  }

  /** Returns the request, with time limits that are shorter by `elapsedMs`. */
  #httpRequest(begun: Begun, again: boolean, elapsedMs: number): HTTPRequestConfig {
    const { model, request, identity, stream, adapted } = begun;
    const { sentWhole, traceId, policy } = this.#options;
    const answerMs = this.#answerMs;
    return {
      method: 'POST',
      url: request.url,
      headers: request.headers[stream ? 'stream' : 'whole'],
      body: JSON.stringify(translated(this.#endpoint, adapted.body(!again && sentWhole))),
      timeoutMs: Math.max(1, Math.round(this.#timeoutMs - elapsedMs)),
      // `#stop` measures silence here, because only this process knows whether the reader pauses.
      idleMs: 0,
      ...(answerMs !== undefined && { answerMs: Math.max(1, Math.round(answerMs - elapsedMs)) }),
      ...(traceId !== undefined && { traceId }),
      policy: { scope: model, repeatable: true, ...policy },
      ...identity,
    };
  }

  /** Sends one HTTP request. Its response goes to `held`, which passes an answer on. */
  async #read(sent: HTTPRequestConfig, held: HeldRefusal): Promise<StreamResult> {
    const stop = this.#stop;
    const decoding = decodeEvents((event) => {
      if (event.type === 'start') stop.limit(event.statusCode >= 400 ? REFUSAL_IDLE_MS : undefined);
      return held.onEvent(event);
    });
    this.#decoded = decoding;
    try {
      const result = await this.#client.streamHTTP(sent, {
        onEvent: decoding.onEvent,
        signal: stop.signal,
      });
      if (result.outcome === 'complete') await decoding.end();
      return result;
    } catch (thrown) {
      this.#options.onWire?.({ type: 'lost' });
      await held.release();
      throw withSettings(thrown, [
        [sent.timeoutMs, this.#timeoutMs],
        [sent.answerMs, this.#answerMs],
      ]);
    }
  }

  #finish(ending: StreamEnding, timings?: DaemonTimings): ChatAnswer {
    const endMs = performance.now();
    const timeline = this.#timeline ?? createTimeline(endMs);
    const result = this.#reader?.end(ending) ?? unanswered(ending);
    timeline.end(endMs, timings);
    return { ...result, exchange: this.#exchange, metrics: timeline.snapshot(endMs) };
  }
}
