/**
 * The SDK: a client of the connector daemon, and parsers for the answers of OpenAI-compatible servers. It is
 * source-compatible with the public Vastar SDK; all additions are optional. It prints nothing.
 */

export type { Carried } from '../common/chat/carried.js';
export type { Outcome } from '../common/chat/outcomes.js';
export type { Usage } from '../common/chat/usage.js';
export type { WireFormat } from '../common/chat/wire-formats.js';
export {
  ConnectorException,
  ErrorClass,
  type ErrorDetails,
  FailureCode,
  type Hop,
  type SentCounts,
} from '../common/errors.js';
export { sleep } from '../common/time/sleep.js';
export { type ContentDecoder, createContentDecoder } from '../content/content-decoder.js';
export { ContentError, type ContentFault } from '../content/content-error.js';
export { MessageType, PROTOCOL_CONSTANTS } from '../protocol/constants.js';
export { ErrorClass as ProtocolErrorClass } from '../protocol/generated/ipc/error-class.js';
export { ExecuteRequest } from '../protocol/generated/ipc/execute-request.js';
export { ExecuteResponse } from '../protocol/generated/ipc/execute-response.js';
export { MessageType as ProtocolMessageType } from '../protocol/generated/ipc/message-type.js';
export type {
  CircuitState,
  CircuitStatus,
  HealthResponse,
  LimitStatus,
  OriginStatus,
  PoolState,
  TenantStatus,
} from '../protocol/health.js';
export type { ClientCertificate, RequestPolicy, Timings } from '../protocol/messages.js';
export { retryAfterOf } from '../protocol/retry-after.js';
export { MAX_ANSWER_CHARS, MAX_EVENT_CHARS } from './chat/answer.js';
export { type ChatStream, createChatStream, type StreamEnding } from './chat/chat-stream.js';
export type { ChatEvent, ChatResult, ToolCall } from './chat/chat-types.js';
export type { AnswerContext, AnswerHead } from './chat/errors/chat-errors.js';
export { RuntimeClient } from './client.js';
export { HTTPResponseHelper } from './http-response-helper.js';
export { RetryHelper, type RetryOptions } from './retry.js';
export { SSEParser } from './sse.js';
export type {
  ConnectionState,
  DaemonInfo,
  HTTPRequestConfig,
  HTTPResponse,
  RuntimeClientConfig,
  StreamEvent,
  StreamOptions,
  StreamResult,
  StreamStep,
} from './types.js';
