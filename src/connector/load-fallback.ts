import type { HTTPRequestConfig } from '../sdk/index.js';
import { type ExchangeOptions, runExchange } from './exchange.js';
import type { LoadAnswer, LoadListener, LoadRequest, LoadStream, LoadTarget } from './load-types.js';
import type { HttpStreamer } from './types.js';

/** Sends a request with a streamer that has no cheaper way. */
export function startHttp(
  streamer: HttpStreamer,
  request: HTTPRequestConfig,
  listener: LoadListener,
): LoadStream {
  const stop = new AbortController();
  streamer.streamHTTP(request, { onEvent: (event) => listener.onEvent(event), signal: stop.signal }).then(
    (result) => listener.onEnd(result),
    (error: unknown) => listener.onFailed(error),
  );
  return { cancel: () => stop.abort(), check() {} };
}

/** Runs a request as the chat does, with `runExchange`: it adapts bodies, decodes them and reads refusals. */
export function runWhole(
  client: HttpStreamer,
  target: LoadTarget,
  { messages, maxTokens, body, traceId, onGap }: LoadRequest,
  options: Pick<ExchangeOptions, 'sentMs' | 'sentWhole' | 'signal'>,
): Promise<LoadAnswer> {
  return runExchange(client, target.endpoint, 0, messages, {
    stream: true,
    ...(maxTokens !== undefined && { maxTokens }),
    ...(body !== undefined && { body }),
    ...(traceId !== undefined && { traceId }),
    ...target.options,
    adaptations: target.adaptations,
    ...options,
    onGap,
    onEvent(event) {
      if (event.type === 'adapted') target.onNotice(event.notice);
    },
  });
}
