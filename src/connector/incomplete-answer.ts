import { ConnectorException, ErrorClass } from '../common/errors.js';
import type { ChatAnswer } from './types.js';

/** The answer failed, was cut, stalled or was cancelled. `answer.text` has the text so far. */
export class IncompleteAnswerException extends ConnectorException {
  readonly answer: ChatAnswer;

  constructor(answer: ChatAnswer) {
    const { error } = answer;
    super(
      error?.message ??
        `the answer ${WORDING[answer.outcome] ?? answer.outcome} after ${answer.text.length} characters`,
      error?.errorClass ?? ErrorClass.Transient,
      error?.requestId ?? 0,
      {
        hop: error?.hop ?? 'provider',
        ...(error !== undefined && { cause: error }),
        ...(error?.statusCode !== undefined && { statusCode: error.statusCode }),
        ...(error?.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
      },
    );
    this.answer = answer;
  }
}

const WORDING: Partial<Record<ChatAnswer['outcome'], string>> = {
  truncated: 'was cut off',
  stalled: 'stalled',
  cancelled: 'was stopped',
};
