import { WIRE_FORMATS, type WireFormat } from '../../../common/chat/wire-formats.js';
import { createAnthropicReader } from './anthropic-events.js';
import { createChatEventReader } from './chat-events.js';
import type { ChatEventReader, ReadAnswer, Verdict } from './event-reader-types.js';
import type { PlainChunk } from './plain-chunk.js';
import { createResponsesReader } from './responses-events.js';

const READERS: Readonly<Record<WireFormat, typeof createChatEventReader>> = {
  'chat-completions': createChatEventReader,
  responses: createResponsesReader,
  anthropic: createAnthropicReader,
};

/**
 * Returns the event reader for a wire format. If the events have another format, it reads that format from then on,
 * because some gateways pass on the events of another provider.
 */
export function createEventReader(
  format: WireFormat = 'chat-completions',
  answer: ReadAnswer,
): Required<ChatEventReader> {
  return new AnyReader(format, answer);
}

/** A class for the reason given at `ReadAnswer`. */
class AnyReader implements ChatEventReader {
  readonly #format: WireFormat;
  readonly #answer: ReadAnswer;
  #reader: ChatEventReader;
  /** The readers of other formats, created on demand. */
  #others: ChatEventReader[] | undefined;

  constructor(format: WireFormat, answer: ReadAnswer) {
    this.#format = format;
    this.#answer = answer;
    this.#reader = READERS[format](answer);
  }

  readPlain(chunk: PlainChunk): boolean {
    return this.#reader.readPlain?.(chunk) ?? false;
  }

  read(event: unknown): Verdict {
    const verdict = this.#reader.read(event);
    return verdict === 'unrecognised' ? this.#readOther(event) : verdict;
  }

  #readOther(event: unknown): Verdict {
    this.#others ??= WIRE_FORMATS.filter((other) => other !== this.#format).map((other) =>
      READERS[other](this.#answer),
    );
    for (const [index, other] of this.#others.entries()) {
      const found = other.read(event);
      if (found === 'unrecognised') continue;
      this.#others[index] = this.#reader;
      this.#reader = other;
      return found;
    }
    return 'unrecognised';
  }
}
