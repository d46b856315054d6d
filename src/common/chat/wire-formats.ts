export const WIRE_FORMATS = ['chat-completions', 'responses', 'anthropic'] as const;
/** The formats of requests and answers: OpenAI's Chat Completions and Responses, and Anthropic's Messages. */
export type WireFormat = (typeof WIRE_FORMATS)[number];
