import { ConnectorException, ErrorClass } from '../common/errors.js';
import { createChatStream } from './chat/chat-stream.js';
import type { ChatEvent } from './chat/chat-types.js';

const HEAD = { statusCode: 200, contentType: 'text/event-stream' };
const encoder = new TextEncoder();

/**
 * Reads the text of chat completions from an event stream that is there as a whole. Follows the event
 * stream format: any line end, with or without a space after the colon, comments, several data lines.
 * For an answer that is still arriving use `createChatStream`.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: the public SDK's shape
export class SSEParser {
  /**
   * The answer's whole text; empty where there is none.
   * @param onMalformed Called for each event that is not a chat completion chunk; without it the first one throws.
   * @throws {ConnectorException} when the stream tells an error, or holds a malformed event.
   */
  static parseStream(text: string, onMalformed?: (data: string) => void): string {
    let whole = '';
    for (const piece of pieces(text, onMalformed)) whole += piece;
    return whole;
  }

  /**
   * The text in one event (`data: {…}`); null where it has none (`[DONE]`, a comment, a role, usage).
   * @throws {ConnectorException} when the event tells an error, or is malformed.
   */
  static parseChunk(event: string): string | null {
    // The event is whole, with or without the blank line that ends it.
    const text = SSEParser.parseStream(`${event}\n\n`);
    return text === '' ? null : text;
  }

  /**
   * The answer's text, piece by piece as the server sent it.
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
    `The stream holds an event that is no chat completion chunk: ${data}`,
    ErrorClass.Permanent,
    0,
    { hop: 'provider' },
  );
}
