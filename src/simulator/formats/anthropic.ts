import { NO_MODEL } from '../chat/invalid-request.js';
import { jsonReply } from '../chat/reply.js';
import type { ApiError } from '../http/api-error.js';
import { anthropicReply } from './anthropic/reply.js';
import { parseAnthropicRequest, THREADS_UNSUPPORTED } from './anthropic/request.js';
import type { AnswerFormat } from './format.js';
import { namedEvent } from './sse.js';

/** Anthropic's error types by HTTP status ("Errors" in its API reference). */
const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};

function errorObject(refused: ApiError): { type: 'error'; error: object } {
  const { status, body } = refused;
  const { code } = body.error;
  return {
    type: 'error',
    error: {
      type: ERROR_TYPES[status] ?? 'api_error',
      message: messageOf(refused),
      ...(code === THREADS_UNSUPPORTED && { details: { error_code: code, unsupported: ['thread'] } }),
    },
  };
}

/** Returns the message in the form of Anthropic's API: the field, with dots, and what is wrong with it. */
function messageOf({ message, body }: ApiError): string {
  const { param, code } = body.error;
  if (message === NO_MODEL) return 'model: Field required';
  if (param === null) return message;
  const field = param.replaceAll('[', '.').replaceAll(']', '');
  if (code === 'missing_required_parameter') return `${field}: Field required`;
  if (code === 'empty_array') return `${field}: at least one is required`;
  return `${field}: ${message}`;
}

/** Anthropic's Messages API. */
export const ANTHROPIC: AnswerFormat = {
  idPrefix: 'msg_',
  isChat: false,
  parse: parseAnthropicRequest,
  reply: anthropicReply,
  // Anthropic's API answers 529 when it is overloaded.
  refusal: (error) => jsonReply(error.status === 503 ? 529 : error.status, errorObject(error), error.headers),
  errorEvent: (error) => namedEvent(errorObject(error)),
};
