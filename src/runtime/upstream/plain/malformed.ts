/** Bytes that are no response of HTTP/1.1. Named and worded as undici's parser does, so that both are told alike. */
export class MalformedResponse extends Error {
  override readonly name = 'HTTPParserError';
  readonly data: string;

  constructor(reason: string, bytes: Buffer) {
    super(`Response does not match the HTTP/1.1 protocol (${reason})`);
    this.data = bytes.toString('latin1', 0, 64);
  }
}
