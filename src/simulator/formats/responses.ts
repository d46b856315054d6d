import { errorReply } from '../chat/reply.js';
import type { AnswerFormat } from './format.js';
import { responsesReply } from './responses/reply.js';
import { parseResponsesRequest } from './responses/request.js';
import { namedEvent } from './sse.js';

/** OpenAI's Responses API. */
export const RESPONSES: AnswerFormat = {
  idPrefix: 'resp_',
  isChat: false,
  parse: ({ body }) => parseResponsesRequest(body),
  reply: responsesReply,
  refusal: errorReply,
  errorEvent: ({ body: { error } }, eventsBefore) =>
    namedEvent({
      type: 'error',
      sequence_number: eventsBefore,
      code: error.code ?? error.type,
      message: error.message,
      param: error.param,
    }),
};
