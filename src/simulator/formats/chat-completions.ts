import { chatReply } from '../chat/chat-reply.js';
import { parseChatRequest } from '../chat/chat-request.js';
import { sseEvent } from '../chat/completion.js';
import { errorReply } from '../chat/reply.js';
import type { AnswerFormat } from './format.js';

/** OpenAI's "Create chat completion". */
export const CHAT_COMPLETIONS: AnswerFormat = {
  idPrefix: 'chatcmpl-',
  isChat: true,
  parse: ({ body }) => parseChatRequest(body),
  reply: chatReply,
  refusal: errorReply,
  errorEvent: (error) => sseEvent(JSON.stringify(error.body)),
};
