import { codeOf } from '../common/error-code.js';
import { messageOf } from '../common/errors.js';
/** Why a body can't be decoded. `cut`: the end is missing, and everything before it was decoded. */
export type ContentFault = 'unknown coding' | 'damaged' | 'cut' | 'too much';

/** Thrown for a body that can't be decoded. The message continues the sentence "The provider …". */
export class ContentError extends Error {
  override readonly name = 'ContentError';

  constructor(
    readonly fault: ContentFault,
    message: string,
  ) {
    super(message);
  }
}

/** Returns the error for an exception of `node:zlib`, whose own message is terse. */
export function failureOf(thrown: unknown, coding: string): ContentError {
  return codeOf(thrown) === 'Z_BUF_ERROR'
    ? new ContentError(
        'cut',
        `ended its ${coding} body before the end of what is encoded: a part is missing.`,
      )
    : new ContentError('damaged', `sent a ${coding} body that is damaged (${messageOf(thrown)}).`);
}

/** Returns the error for a decompression bomb: a body that decodes to more bytes than any answer has. */
export function tooMuch(coding: string, much: string): ContentError {
  return new ContentError(
    'too much',
    `sent a ${coding} body that decodes to ${much}: the rest of it is not read.`,
  );
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
