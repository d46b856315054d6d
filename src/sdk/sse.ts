import { ConnectorException, ErrorClass } from '../common/errors.js';
import { createChatStream } from './chat/chat-stream.js';
import type { ChatEvent } from './chat/chat-types.js';

const HEAD = { statusCode: 200, contentType: 'text/event-stream' };
const encoder = new TextEncoder();

/**
 * Reads the text of chat completions from a complete event stream. Follows the event stream format: each kind of line end,
 * with or without a space after the colon, comments, several data lines. Use `createChatStream` for an answer that is
 * still arriving.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: the public SDK's shape
export class SSEParser {
  /**
   * Returns the answer's whole text, which may be empty.
   * @param onMalformed Called for each event that is not a chat completion chunk. Without it, the first such event
   *   throws.
   * @throws {ConnectorException} when the stream contains an error or a malformed event.
   */
  static parseStream(text: string, onMalformed?: (data: string) => void): string {
    let whole = '';
    for (const piece of pieces(text, onMalformed)) whole += piece;
    return whole;
  }

  /**
   * Returns the text of one event (`data: {…}`), or null without text (`[DONE]`, a comment, a role, usage).
   * @throws {ConnectorException} when the event contains an error or is malformed.
   */
  static parseChunk(event: string): string | null {
    // The caller may omit the blank line that ends an event.
    const text = SSEParser.parseStream(`${event}\n\n`);
    return text === '' ? null : text;
  }

  /**
   * Yields the answer's text in the pieces that the server sent.
   * @throws {ConnectorException} like `parseStream`, after the pieces before the failure.
   */
  static async *parseStreamAsync(
    text: string,
    onMalformed?: (data: string) => void,
  ): AsyncGenerator<string, void, undefined> {
    yield* pieces(text, onMalformed);
  }
}

function* pieces(
  text: string,
  onMalformed: (data: string) => void = rejectMalformed,
): Generator<string, void, undefined> {
  const events: ChatEvent[] = [];
  const stream = createChatStream(HEAD, (event) => events.push(event));
  stream.feed(encoder.encode(text));
  stream.end({ kind: 'closed' });
  for (const event of events) {
    if (event.type === 'text') yield event.text;
    else if (event.type === 'error') throw event.error;
    else if (event.type === 'malformed') onMalformed(event.data);
  }
}

function rejectMalformed(data: string): never {
  throw new ConnectorException(
    `The stream contains an event that is not a chat completion chunk: ${data}`,
    ErrorClass.Permanent,
    0,
    { hop: 'provider' },
  );
}
