/** The connector and the SDK, as a library. */

export type { Endpoint } from './config/endpoints/endpoint.js';
export type { ConfigObject } from './config/sources/config-object.js';
export { IncompleteAnswerException } from './connector/incomplete-answer.js';
export {
  answerMessage,
  type ChatMessage,
  type ContentPart,
  type TextPart,
  type ToolCallRequest,
} from './connector/messages.js';
export { type ConnectionReport, OpenAIStreamConnector } from './connector/openai.js';
export type {
  AnswerEvent,
  ChatAnswer,
  ChatOptions,
  ExchangeEvent,
  LiveMetrics,
  RequestOptions,
} from './connector/types.js';
export type { ExchangeMetrics, GapSummary, Phase } from './metrics/exchange.js';
export type { HopName, Hops } from './metrics/hops.js';
export type { Speed, Withheld } from './metrics/speed.js';
export * from './sdk/index.js';
