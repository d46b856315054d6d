import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../chat/answer.js';
import type { ChatRequest } from '../chat/chat-request.js';
import type { Reply } from '../chat/reply.js';
import type { ApiError } from '../http/api-error.js';
import type { Schedule } from '../timing/timing.js';

/** The parts of a request that a format reads. */
export interface FormatInput {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A wire format of requests and answers. */
export interface AnswerFormat {
  /** The beginning of the answers' ids. */
  idPrefix: string;
  /** Whether the format is chat completions. Only that format has recordings and providers' habits. */
  isChat: boolean;
  /** @throws {ApiError} when the request is refused */
  parse(request: FormatInput): ChatRequest;
  reply(answer: Answer, schedule: Schedule, request: ChatRequest): Reply;
  /** Returns the reply to a refused request. */
  refusal(error: ApiError): Reply;
  /** Returns the same error as an event, for a stream that has already begun with `eventsBefore` events. */
  errorEvent(error: ApiError, eventsBefore: number): string;
}
