import { ConnectorException, ErrorClass, messageOf, withDetails } from '../common/errors.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import { ContentError } from '../content/content-error.js';
import type { DaemonTimings } from '../metrics/load-timeline.js';
import { createTimeline, type Timeline } from '../metrics/timeline.js';
import { abortable } from '../sdk/abortable.js';
import { unusableError } from '../sdk/chat/errors/chat-errors.js';
import type { AnswerContext, HTTPRequestConfig, StreamEnding, StreamResult } from '../sdk/index.js';
import { type Adaptations, adaptationNotice, adaptBody } from './adaptation.js';
import { type AnswerReader, createAnswerReader, unanswered } from './answer-reader.js';
import { identityOf } from './client-certificate.js';
import { type DecodedEvents, decodeEvents } from './decoded-events.js';
import { holdRefusal } from './held-refusal.js';
import type { ChatMessage } from './messages.js';
import { prepared } from './prepared.js';
import { requestBody, settingsOf, translated } from './request-body.js';
import { requestEvent } from './sent-request.js';
import { stopper } from './stopper.js';
import { withSettings } from './time-left.js';
import type { ChatAnswer, ChatOptions, HttpStreamer } from './types.js';

/**
 * Returns the endpoint when it is usable.
 * @throws {ConnectorException} InvalidRequest that names the missing setting.
 */
export function usable(endpoint: Endpoint): Endpoint {
  if (endpoint.problem !== undefined)
    throw new ConnectorException(endpoint.problem, ErrorClass.InvalidRequest);
  return endpoint;
}

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
  let timeline: Timeline | undefined;
  let reader: AnswerReader | undefined;
  let context: AnswerContext = {};
  let decoded: DecodedEvents | undefined;
  const idleMs = options.idleMs ?? endpoint.idleMs;
  const answerMs = options.answerMs ?? endpoint.answerMs;
  const stop = stopper(options.signal, idleMs);
  const finish = (ending: StreamEnding, timings?: DaemonTimings): ChatAnswer => {
    const endMs = performance.now();
    const times = timeline ?? createTimeline(endMs);
    const result = reader?.end(ending) ?? unanswered(ending);
    times.end(endMs, timings);
    return { ...result, exchange, metrics: times.snapshot(endMs) };
  };

  try {
    usable(endpoint);
    // The clock starts after connecting: starting the daemon is not part of the exchange.
    await abortable(client.connect(), stop.signal);
    const model = options.model ?? endpoint.model;
    const request = prepared(endpoint, model);
    const identity = await identityOf(endpoint);
    const stream = options.stream && endpoint.access.stream;
    const sentMs = options.sentMs ?? performance.now();
    const times = createTimeline(sentMs, options.onGap);
    timeline = times;
    options.onEvent?.({ type: 'start', exchange, url: request.shownUrl, model, live: times });
    const settings = settingsOf(endpoint, options);
    const { keys } = request;
    context = {
      source: request.host,
      path: request.path,
      keys,
      settings,
      format: endpoint.access.api,
      thinkingTags: endpoint.access.thinkingTags,
    };
    const answerReader = createAnswerReader({
      ...options,
      timeline: times,
      sentMs,
      context,
      stop,
      coding: () => decoded?.coding,
    });
    reader = answerReader;
    const adapted = adaptBody(
      requestBody(endpoint, model, messages, { ...options, stream }),
      settings,
      options.adaptations ?? new Map(),
      `${request.url} ${model}`,
    );
    const send = async (again = false): Promise<StreamResult> => {
      const elapsedMs = again ? performance.now() - sentMs : 0;
      const held = holdRefusal(answerReader.take, () => {
        stop.limit(REFUSAL_IDLE_MS);
        stop.bytes();
      });
      const decoding = decodeEvents((event) => {
        if (event.type === 'start') stop.limit(event.statusCode >= 400 ? REFUSAL_IDLE_MS : undefined);
        return held.onEvent(event);
      });
      decoded = decoding;
      const timeoutMs = options.timeoutMs ?? endpoint.timeoutMs;
      const sent: HTTPRequestConfig = {
        method: 'POST',
        url: request.url,
        headers: request.headers[stream ? 'stream' : 'whole'],
        body: JSON.stringify(translated(endpoint, adapted.body(!again && options.sentWhole))),
        timeoutMs: Math.max(1, Math.round(timeoutMs - elapsedMs)),
        // `stop` measures silence here, because only this process knows whether the reader pauses.
        idleMs: 0,
        ...(answerMs !== undefined && { answerMs: Math.max(1, Math.round(answerMs - elapsedMs)) }),
        ...(options.traceId !== undefined && { traceId: options.traceId }),
        policy: { scope: model, repeatable: true, ...options.policy },
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
          options.onWire?.({ type: 'lost' });
          await held.release();
          throw withSettings(thrown, [
            [sent.timeoutMs, timeoutMs],
            [sent.answerMs, answerMs],
          ]);
        });
      const refusal = stop.signal.aborted || !endpoint.access.adapt ? undefined : held.text();
      const { members, isNew } = refusal === undefined ? NOTHING_REFUSED : adapted.refused(refusal);
      if (members.length === 0) {
        if (held.holding) await held.release();
        return outcome;
      }
      const nowMs = performance.now();
      times.resending(nowMs, outcome.timings);
      const notice = adaptationNotice(request.host, members);
      if (isNew) options.onEvent?.({ type: 'adapted', tMs: nowMs - sentMs, members, notice });
      return send(true);
    };
    const result = await send();
    if (stop.stalled()) {
      const answer = finish({ kind: 'stalled' }, result.timings);
      // A refusal is reported with its status, even when its body is incomplete.
      return answer.error === undefined ? { ...answer, error: silence(request.host, idleMs) } : answer;
    }
    return finish({ kind: result.outcome === 'cancelled' ? 'cancelled' : 'closed' }, result.timings);
  } catch (thrown) {
    if (thrown instanceof ContentError) {
      const error = unusableError(thrown.message, context, CLASSES[thrown.fault]);
      return withBodyError(
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

const NOTHING_REFUSED = { members: [], isNew: false };

const CLASSES: Readonly<Record<ContentError['fault'], ErrorClass>> = {
  'unknown coding': ErrorClass.Permanent,
  'too much': ErrorClass.Permanent,
  damaged: ErrorClass.Transient,
  cut: ErrorClass.Transient,
};

/** Adds what is wrong with the body to the error of an incomplete answer. */
function withBodyError(answer: ChatAnswer, bodyError: ConnectorException): ChatAnswer {
  const { outcome, error } = answer;
  if (outcome === 'complete' || outcome === 'empty' || error === bodyError) return answer;
  return {
    ...answer,
    error: error === undefined ? bodyError : withDetails(error, {}, `${error.message} ${bodyError.message}`),
  };
}

/**
 * Returns the error for an answer that is silent for too long.
 * @param idleMs the setting, in ms
 */
export function silence(host: string, idleMs: number): ConnectorException {
  const now = `${idleMs / 1000} s`;
  const message = `nothing came from ${host} for ${now}: raise idle_ms (now ${now}) or --idle-timeout`;
  return new ConnectorException(message, ErrorClass.Timeout, 0, { hop: 'client' });
}

/** Returns a thrown value as a ConnectorException; another error becomes a permanent one. */
export function asException(thrown: unknown): ConnectorException {
  if (thrown instanceof ConnectorException) return thrown;
  return new ConnectorException(messageOf(thrown), ErrorClass.Permanent, 0, { cause: thrown });
}
