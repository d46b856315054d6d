import { createAnthropicReader } from './anthropic-events.js';
import type { WireFormat } from './chat-errors.js';
import { type ChatEventReader, createChatEventReader, type ReadAnswer } from './chat-events.js';
import { createResponsesReader } from './responses-events.js';

const READERS: Readonly<Record<WireFormat, typeof createChatEventReader>> = {
  'chat-completions': createChatEventReader,
  responses: createResponsesReader,
  anthropic: createAnthropicReader,
};
const FORMATS = ['chat-completions', 'responses', 'anthropic'] as const satisfies readonly WireFormat[];

/**
 * Returns the event reader for a wire format. If the events turn out to have another format, it reads that format from
 * then on: some gateways pass on the events of the provider behind them.
 */
export function createEventReader(
  format: WireFormat = 'chat-completions',
  answer: ReadAnswer,
): ChatEventReader {
  let reader = READERS[format](answer);
  /** The readers of other formats, created on demand. */
  let others: ChatEventReader[] | undefined;

  return {
    read(event) {
      const verdict = reader.read(event);
      if (verdict !== 'unrecognised') return verdict;
      others ??= FORMATS.filter((other) => other !== format).map((other) => READERS[other](answer));
      for (const [index, other] of others.entries()) {
        const found = other.read(event);
        if (found === 'unrecognised') continue;
        others[index] = reader;
        reader = other;
        return found;
      }
      return 'unrecognised';
    },
  };
}
