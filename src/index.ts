/** The connector and the SDK, as a library. */

export type { Access, Endpoint } from './config/endpoints/endpoint.js';
export type { LocalServer, ProviderName } from './config/endpoints/providers.js';
export { Secret } from './config/secret.js';
export type { AccessObject, ConfigObject } from './config/sources/config-object.js';
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
  WireEvent,
} from './connector/types.js';
export type { Cost } from './metrics/cost.js';
export type { ExchangeMetrics, GapSummary, PaintSummary, Phase } from './metrics/exchange.js';
export type { HopName, Hops } from './metrics/hops.js';
export type { ReportedCost } from './metrics/provider-cost.js';
export type { ProviderReport } from './metrics/provider-report.js';
export type { ReportedPart, ReportedTime } from './metrics/provider-times.js';
export type { Speed, Withheld } from './metrics/speed.js';
export type { Basis, WaitPart, WaitPartName, WaitSplit } from './metrics/wait-parts.js';
export type { RateLimit } from './protocol/rate-limits.js';
export * from './sdk/index.js';
