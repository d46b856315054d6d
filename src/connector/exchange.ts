import { ConnectorException, ErrorClass, messageOf, withDetails } from '../common/errors.js';
import { shownHeaders } from '../common/headers.js';
import type { Endpoint } from '../config/index.js';
import { ContentError } from '../content/content-error.js';
import { createTimeline, type DaemonTimings, type Timeline } from '../metrics/timeline.js';
import { abortable } from '../sdk/abortable.js';
import { unusableError } from '../sdk/chat/chat-errors.js';
import {
  type AnswerContext,
  type ChatStream,
  createChatStream,
  type HTTPRequestConfig,
  type StreamEnding,
  type StreamResult,
} from '../sdk/index.js';
import { type Adaptations, adaptationNotice, adaptBody } from './adaptation.js';
import { identityOf } from './client-certificate.js';
import { type DecodedEvent, type DecodedEvents, decodeEvents } from './decoded-events.js';
import { holdRefusal } from './held-refusal.js';
import { observer } from './observer.js';
import { prepared } from './prepared.js';
import { requestBody, settingsOf, translated } from './request-body.js';
import { requestEvent } from './sent-request.js';
import { stopper } from './stopper.js';
import type { ChatAnswer, ChatMessage, ChatOptions, HttpStreamer } from './types.js';

/**
 * The endpoint, when a request may be sent there.
 * @throws {ConnectorException} InvalidRequest that says what is missing.
 */
export function usable(endpoint: Endpoint): Endpoint {
  if (endpoint.problem !== undefined)
    throw new ConnectorException(endpoint.problem, ErrorClass.InvalidRequest);
  return endpoint;
}

/** How long a provider may keep the connection open after its answer's end, in ms. */
export const LINGER_MS = 500;
/** How long usage or `[DONE]` are waited for after the last event of an answer that may be whole, in ms. */
export const CLOSING_MS = { concluded: 2000, doubtful: 10_000, open: undefined } as const;

export interface ExchangeOptions extends ChatOptions {
  stream: boolean;
  /** Asked after each chunk; while what it returns is pending the provider is read no further. */
  drained?: () => Promise<void> | undefined;
  /** What is known of providers, and where what is found out is kept [nothing, and nowhere]. */
  adaptations?: Adaptations;
  /** When the request was sent, where the client has sent it already [now]. */
  sentMs?: number;
}

/** One request for a chat completion, from the body to the figures. Never rejects. */
export async function runExchange(
  client: HttpStreamer,
  endpoint: Endpoint,
  exchange: number,
  messages: readonly ChatMessage[],
  options: ExchangeOptions,
): Promise<ChatAnswer> {
  let timeline: Timeline | undefined;
  let chat: ChatStream | undefined;
  let context: AnswerContext = {};
  let decoded: DecodedEvents | undefined;
  const idleMs = options.idleMs ?? endpoint.idleMs;
  const answerMs = options.answerMs ?? endpoint.answerMs;
  const stop = stopper(options.signal, idleMs);
  const finish = (ending: StreamEnding, timings?: DaemonTimings): ChatAnswer => {
    const endMs = performance.now();
    const times = timeline ?? createTimeline(endMs);
    const result = (chat ?? createChatStream({ statusCode: 200, contentType: '' })).end(ending);
    times.end(endMs, timings);
    return { ...result, exchange, metrics: times.snapshot(endMs) };
  };

  try {
    usable(endpoint);
    // The clock starts when the request can leave: connecting, or starting a daemon, is no part of the answer.
    await abortable(client.connect(), stop.signal);
    const model = options.model ?? endpoint.model;
    const request = prepared(endpoint, model);
    const identity = await identityOf(endpoint);
    const stream = options.stream && endpoint.access.stream;
    const sentMs = options.sentMs ?? performance.now();
    const times = createTimeline(sentMs, options.onGap);
    timeline = times;
    const watch = observer(times, sentMs, options);
    options.onEvent?.({ type: 'start', exchange, url: request.shownUrl, model, live: times });
    const settings = settingsOf(endpoint, options);
    const { keys } = request;
    context = {
      source: request.host,
      keys,
      settings,
      format: endpoint.access.api,
      thinkingTags: endpoint.access.thinkingTags,
    };
    const onEvent = (event: DecodedEvent): void | Promise<void> => {
      if (event.type !== 'chunk' || event.data.length > 0) options.onWire?.(event);
      if (event.type === 'chunk') {
        if (chat === undefined) return;
        times.received(event.wireBytes ?? event.data.length, event.atMs, event.data.length);
        watch.arrived(event);
        const told = watch.told();
        const wasOver = chat.over;
        chat.feed(event.data);
        // Comments and pings after the end say nothing more.
        if (chat.over && !wasOver) stop.after(LINGER_MS);
        else if (!chat.over && watch.told() > told) stop.after(CLOSING_MS[chat.ending]);
        const drained = options.drained?.();
        if (drained === undefined) {
          stop.bytes();
          return;
        }
        stop.rest();
        return drained.then(stop.bytes);
      }
      if (event.type === 'retry') {
        const { atMs, ...retry } = event;
        times.retrying(retry.attempt);
        options.onEvent?.({ ...retry, tMs: atMs - sentMs });
        return;
      }
      const { statusCode, headers, buffered, atMs, timings } = event;
      const coding = decoded?.coding;
      stop.bytes();
      times.headers({ atMs, timings, buffered, headers, ...(coding !== undefined && { coding }) });
      const contentType = headers['content-type'] ?? '';
      chat = createChatStream({ statusCode, contentType, headers }, watch.onChatEvent, context);
      options.onEvent?.({
        type: 'headers',
        tMs: atMs - sentMs,
        statusCode,
        // Looked through when they are asked for: who shows nothing does not pay for it.
        get headers() {
          return shownHeaders(headers, keys);
        },
        buffered,
      });
    };
    const asked = adaptBody(
      requestBody(endpoint, model, messages, { ...options, stream }),
      settings,
      options.adaptations ?? new Map(),
      `${request.url} ${model}`,
    );
    const send = async (again = false): Promise<StreamResult> => {
      const elapsedMs = again ? performance.now() - sentMs : 0;
      const held = holdRefusal(onEvent, stop.bytes);
      const decoding = decodeEvents(held.onEvent);
      decoded = decoding;
      const timeoutMs = options.timeoutMs ?? endpoint.timeoutMs;
      const sent: HTTPRequestConfig = {
        method: 'POST',
        url: request.url,
        headers: request.headers[stream ? 'stream' : 'whole'],
        body: JSON.stringify(translated(endpoint, asked.body())),
        timeoutMs: Math.max(1, Math.round(timeoutMs - elapsedMs)),
        // The silence is watched here, where it is known whether the reader rests.
        idleMs: 0,
        ...(answerMs !== undefined && { answerMs: Math.max(1, Math.round(answerMs - elapsedMs)) }),
        ...(options.traceId !== undefined && { traceId: options.traceId }),
        policy: { scope: model, ...options.policy },
        ...identity,
      };
      options.onEvent?.(requestEvent(sent, request.shownUrl, endpoint.access.api, keys, elapsedMs));
      const outcome = await client
        .streamHTTP(sent, { onEvent: decoding.onEvent, signal: stop.signal })
        .then(async (result) => {
          if (result.outcome === 'complete') await decoding.end();
          return result;
        })
        .catch(async (thrown: unknown) => {
          await held.release();
          throw thrown;
        });
      const refusal = stop.signal.aborted || !endpoint.access.adapt ? undefined : held.text();
      const { members, news } = refusal === undefined ? NOTHING_REFUSED : asked.refused(refusal);
      if (members.length === 0) {
        if (held.holding) await held.release();
        return outcome;
      }
      const nowMs = performance.now();
      times.resending(nowMs, outcome.timings);
      const notice = adaptationNotice(request.host, members);
      if (news) options.onEvent?.({ type: 'adapted', tMs: nowMs - sentMs, members, notice });
      return send(true);
    };
    const result = await send();
    if (stop.stalled()) {
      const error = silence(request.host, idleMs);
      return { ...finish({ kind: 'stalled' }, result.timings), error };
    }
    return finish({ kind: result.outcome === 'cancelled' ? 'cancelled' : 'closed' }, result.timings);
  } catch (thrown) {
    if (thrown instanceof ContentError) {
      const error = unusableError(thrown.message, context, CLASSES[thrown.fault]);
      return withFault(
        finish(thrown.fault === 'cut' ? { kind: 'closed' } : { kind: 'failed', error }),
        error,
      );
    }
    const error = asException(thrown);
    return finish(options.signal?.aborted ? { kind: 'cancelled' } : { kind: 'failed', error }, error.sent);
  } finally {
    stop.release();
    decoded?.close();
  }
}

const NOTHING_REFUSED = { members: [], news: false };

const CLASSES: Readonly<Record<ContentError['fault'], ErrorClass>> = {
  'unknown coding': ErrorClass.Permanent,
  'too much': ErrorClass.Permanent,
  damaged: ErrorClass.Transient,
  cut: ErrorClass.Transient,
};

/** Tells what was wrong with the body of an answer that is not whole, beside what else was wrong. */
function withFault(answer: ChatAnswer, fault: ConnectorException): ChatAnswer {
  const { outcome, error } = answer;
  if (outcome === 'complete' || outcome === 'empty' || error === fault) return answer;
  return {
    ...answer,
    error: error === undefined ? fault : withDetails(error, {}, `${error.message} ${fault.message}`),
  };
}

export function silence(host: string, idleMs: number): ConnectorException {
  const now = `${idleMs / 1000} s`;
  const message = `nothing came from ${host} for ${now}: raise idle_ms (now ${now}) or --idle-timeout`;
  return new ConnectorException(message, ErrorClass.Timeout, 0, { hop: 'client' });
}

export function asException(thrown: unknown): ConnectorException {
  if (thrown instanceof ConnectorException) return thrown;
  return new ConnectorException(messageOf(thrown), ErrorClass.Permanent, 0, { cause: thrown });
}
