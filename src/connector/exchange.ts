import { type Endpoint, endpointUrl } from '../config/index.js';
import { ConnectorException, ErrorClass, messageOf } from '../errors.js';
import { createTimeline, type Timeline } from '../metrics/timeline.js';
import {
  type ChatEvent,
  type ChatStream,
  createChatStream,
  type RuntimeClient,
  type StreamEvent,
} from '../sdk/index.js';
import type { ChatAnswer, ChatMessage, ChatOptions } from './types.js';

/** Anything not empty; servers that ask for no key ignore it. */
export function authorization(endpoint: Endpoint): Record<string, string> {
  return endpoint.apiKey === undefined ? {} : { Authorization: `Bearer ${endpoint.apiKey.reveal()}` };
}

/**
 * The endpoint, when a request may be sent there.
 * @throws {ConnectorException} InvalidRequest that says what is missing.
 */
export function usable(endpoint: Endpoint): Endpoint {
  if (endpoint.problem !== undefined)
    throw new ConnectorException(endpoint.problem, ErrorClass.InvalidRequest);
  return endpoint;
}

/** One request for a chat completion, from the body to the figures. Never rejects. */
export async function runExchange(
  client: RuntimeClient,
  endpoint: Endpoint,
  exchange: number,
  messages: readonly ChatMessage[],
  options: ChatOptions & { stream: boolean },
): Promise<ChatAnswer> {
  const sentMs = performance.now();
  const timeline = createTimeline(sentMs);
  const model = options.model ?? endpoint.model;
  const url = endpointUrl(endpoint.baseUrl, 'chat/completions');
  const watch = observer(timeline, sentMs, options);
  const finish = (result: ReturnType<ChatStream['end']>): ChatAnswer => {
    const endMs = performance.now();
    timeline.end(endMs);
    return { ...result, exchange, metrics: timeline.snapshot(endMs) };
  };

  options.onEvent?.({ type: 'start', exchange, url, model, live: timeline });
  let chat = createChatStream({ statusCode: 200, contentType: '' }, watch.onChatEvent);
  const onEvent = (event: StreamEvent): void => {
    if (event.type === 'start') {
      const { statusCode, headers, buffered, atMs } = event;
      timeline.headers({ atMs, timings: event.timings, buffered });
      chat = createChatStream(
        { statusCode, contentType: headers['content-type'] ?? '', headers },
        watch.onChatEvent,
      );
      options.onEvent?.({ type: 'headers', tMs: atMs - sentMs, statusCode, headers, buffered });
      return;
    }
    timeline.received(event.data.length);
    watch.arrived(event);
    chat.feed(event.data);
  };

  try {
    usable(endpoint);
    const result = await client.streamHTTP(
      {
        method: 'POST',
        url,
        headers: {
          'Content-Type': 'application/json',
          Accept: options.stream ? 'text/event-stream' : 'application/json',
          ...authorization(endpoint),
        },
        body: JSON.stringify(requestBody(model, messages, options)),
        timeoutMs: endpoint.timeoutMs,
      },
      { onEvent, ...(options.signal !== undefined && { signal: options.signal }) },
    );
    timeline.end(performance.now(), result.timings);
    return finish(chat.end({ kind: result.outcome === 'cancelled' ? 'cancelled' : 'closed' }));
  } catch (thrown) {
    const error =
      thrown instanceof ConnectorException
        ? thrown
        : new ConnectorException(messageOf(thrown), ErrorClass.Permanent, 0, { cause: thrown });
    return finish(chat.end({ kind: 'failed', error }));
  }
}

function requestBody(
  model: string,
  messages: readonly ChatMessage[],
  options: ChatOptions & { stream: boolean },
): Record<string, unknown> {
  return {
    model,
    messages,
    stream: options.stream,
    ...(options.stream && { stream_options: { include_usage: true } }),
    ...(options.temperature !== undefined && { temperature: options.temperature }),
    ...(options.maxTokens !== undefined && { max_tokens: options.maxTokens }),
    ...options.body,
  };
}

/** Puts the parser's events on the timeline and hands them on with their times. */
function observer(timeline: Timeline, sentMs: number, options: ChatOptions) {
  let arrivedMs = sentMs;
  let readUs: number | undefined;
  return {
    arrived(chunk: Extract<StreamEvent, { type: 'chunk' }>): void {
      arrivedMs = chunk.atMs;
      readUs = chunk.offsetUs;
    },
    onChatEvent(event: ChatEvent): void {
      const decodedMs = performance.now();
      if ((event.type === 'text' || event.type === 'reasoning') && event.text !== '') {
        timeline.content({ text: event.text, arrivedMs, decodedMs, ...(readUs !== undefined && { readUs }) });
      } else if (event.type === 'usage') {
        timeline.usage(event.usage);
      }
      options.onEvent?.({ ...event, tMs: arrivedMs - sentMs });
      if (event.type === 'text') options.onDelta?.(event.text);
    },
  };
}
