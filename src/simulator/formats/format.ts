import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from '../chat/answer.js';
import type { ChatRequest } from '../chat/chat-request.js';
import type { Reply } from '../chat/reply.js';
import type { ApiError } from '../http/api-error.js';
import type { Schedule } from '../timing/timing.js';

/** What a format reads of a request. */
export interface FormatInput {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A wire format of requests and answers. */
export interface AnswerFormat {
  /** Of the answers' ids. */
  idPrefix: string;
  /** Recordings are in it, and so are the habits of providers. */
  isChat: boolean;
  /** @throws {ApiError} for a request that is refused */
  parse(request: FormatInput): ChatRequest;
  reply(answer: Answer, schedule: Schedule, request: ChatRequest): Reply;
  /** The response to a request that is refused. */
  refusal(error: ApiError): Reply;
  /** The same failure inside a stream that began well, as one event. */
  errorEvent(error: ApiError): string;
}
