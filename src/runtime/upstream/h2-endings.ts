import diagnostics from 'node:diagnostics_channel';

/** An attempt over HTTP/2. */
export interface H2Attempt {
  /** Whether the stream was closed before the end of the response. */
  cut: boolean;
}

export interface H2Endings {
  /** Announces that the next HTTP/2 stream belongs to this attempt. Call it in the same call that opens the stream. */
  expect(attempt: H2Attempt): void;
  close(): void;
}

/**
 * Detects HTTP/2 responses that were cut off. When a stream is reset with NO_ERROR or CANCEL, or lost with its
 * connection, Node ends it like a complete one. undici then reports a complete response (docs/decisions/008-http2.md).
 */
export function watchH2Endings(): H2Endings {
  const attempts = new WeakMap<object, H2Attempt>();
  let expected: H2Attempt | undefined;

  const onCreated = (message: unknown): void => {
    const stream = streamOf(message);
    if (stream !== undefined && expected !== undefined) attempts.set(stream, expected);
    expected = undefined;
  };
  const onClose = (message: unknown): void => {
    const stream = streamOf(message);
    const attempt = stream && attempts.get(stream);
    if (attempt !== undefined && !hasEnded(stream)) attempt.cut = true;
  };
  diagnostics.subscribe('http2.client.stream.created', onCreated);
  diagnostics.subscribe('http2.client.stream.close', onClose);

  return {
    expect(attempt) {
      expected = attempt;
    },
    close() {
      diagnostics.unsubscribe('http2.client.stream.created', onCreated);
      diagnostics.unsubscribe('http2.client.stream.close', onClose);
    },
  };
}

function streamOf(message: unknown): object | undefined {
  const known = typeof message === 'object' && message !== null && 'stream' in message;
  return known && typeof message.stream === 'object' && message.stream !== null ? message.stream : undefined;
}

/**
 * Whether the response's end has arrived, even if it is still unread. Only the stream's internal state shows that.
 */
function hasEnded(stream: object | undefined): boolean {
  const state: unknown = stream && '_readableState' in stream ? stream._readableState : undefined;
  return typeof state === 'object' && state !== null && 'ended' in state && state.ended === true;
}
