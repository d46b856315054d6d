/** The connector and the SDK, as a library. */
export type { ConfigObject, Endpoint } from './config/index.js';
export { IncompleteAnswerException } from './connector/incomplete-answer.js';
export { type ConnectionReport, OpenAIStreamConnector } from './connector/openai.js';
export type { ChatAnswer, ChatMessage, ChatOptions, ExchangeEvent, LiveMetrics } from './connector/types.js';
export type { ExchangeMetrics, GapSummary, HopName, Phase } from './metrics/exchange.js';
export * from './sdk/index.js';
