import type { StreamEvent, StreamResult } from '../sdk/index.js';
import type { HttpStreamer } from './types.js';

/** A response that has begun, and whose events go to an exchange that did not send its request. */
export interface AdoptedResponse {
  /** Resolves when the exchange has taken the event. */
  onEvent(event: StreamEvent): Promise<void>;
  onEnd(result: StreamResult): void;
  onFailed(error: unknown): void;
}

/**
 * Returns a client whose first request is answered by the response. It sends further requests with `streamer`.
 * @param cancel ends the response; called when the first request is aborted
 */
export function adoptResponse(
  streamer: HttpStreamer,
  cancel: () => void,
): { client: HttpStreamer; response: AdoptedResponse } {
  const onEvent = Promise.withResolvers<(event: StreamEvent) => void | Promise<void>>();
  const result = Promise.withResolvers<StreamResult>();
  // The exchange may end without this result.
  result.promise.catch(() => {});
  let adopted = false;
  const client: HttpStreamer = {
    connect: async () => {},
    streamHTTP: (request, options = {}) => {
      if (adopted) return streamer.streamHTTP(request, options);
      adopted = true;
      options.signal?.addEventListener('abort', cancel, { once: true });
      onEvent.resolve((event) => options.onEvent?.(event));
      return result.promise;
    },
  };
  const response: AdoptedResponse = {
    onEvent: (event) => onEvent.promise.then((take) => take(event)),
    onEnd: result.resolve,
    onFailed: result.reject,
  };
  return { client, response };
}
