export { MessageType } from './generated/ipc/message-type.js';

/** Sizes and defaults of the public protocol (docs/protocol.md, part A). */
export const PROTOCOL_CONSTANTS = {
  /** Bytes of a frame's length field. */
  FRAME_LENGTH_SIZE: 4,
  /** Bytes of a frame's type field. */
  MESSAGE_TYPE_SIZE: 1,
  /** The most bytes that a frame's length field may count: type byte and payload. */
  MAX_PAYLOAD_SIZE: 10 * 1024 * 1024,
  DEFAULT_TIMEOUT_MS: 60_000,
  DEFAULT_SOCKET_PATH: '/tmp/vastar-connector-runtime.sock',
  DEFAULT_TCP_HOST: '127.0.0.1',
  DEFAULT_TCP_PORT: 5000,
} as const;

/** A stream's window in bytes until the client grants more with CreditUpdate. */
export const DEFAULT_WINDOW_BYTES = 256 * 1024;

/** Only the daemon sets response headers with this prefix. It drops such headers from a provider. */
export const OWN_HEADER_PREFIX = 'x-vastar-';

/**
 * The daemon adds this header to a failed response that it would have retried if the retry budget had
 * allowed it.
 */
export const NOT_RETRIED_HEADER = 'x-vastar-not-retried';

/** The daemon adds this header to a 401 or 403 after a redirect. Its value is the origin that got no key. */
export const KEY_LEFT_HEADER = 'x-vastar-key-left-behind';

/** The most bytes of a Unix socket's path, without the terminating zero: 107 on Linux, 103 on other systems. */
export const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;
