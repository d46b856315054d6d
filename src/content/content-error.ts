/** What is wrong with a body that can't be decoded. `cut`: a part is missing, all before it was read. */
type Fault = 'unknown coding' | 'damaged' | 'cut' | 'too much';

/** A body that can't be decoded. The message completes "The provider …". */
export class ContentError extends Error {
  override readonly name = 'ContentError';

  constructor(
    readonly fault: Fault,
    message: string,
  ) {
    super(message);
  }
}

/** The error for what `node:zlib` threw, which words it tersely. */
export function failureOf(thrown: unknown, coding: string): ContentError {
  const { message = '', code = '' } = thrown as NodeJS.ErrnoException;
  return code === 'Z_BUF_ERROR'
    ? new ContentError(
        'cut',
        `ended its ${coding} body before the end of what is encoded: a part is missing.`,
      )
    : new ContentError('damaged', `sent a ${coding} body that is damaged (${message}).`);
}

/** The error for a body that comes to more than any answer does: a decompression bomb. */
export function tooMuch(coding: string, much: string): ContentError {
  return new ContentError(
    'too much',
    `sent a ${coding} body that decodes to ${much}: the rest of it is not read.`,
  );
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}
