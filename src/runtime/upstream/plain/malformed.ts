/**
 * Thrown for bytes that are not an HTTP/1.1 response. Name and message match undici's parser, so both are reported
 * alike.
 */
export class MalformedResponse extends Error {
  override readonly name = 'HTTPParserError';
  readonly data: string;

  constructor(reason: string, bytes: Buffer) {
    super(`Response does not match the HTTP/1.1 protocol (${reason})`);
    this.data = bytes.toString('latin1', 0, 64);
  }
}
