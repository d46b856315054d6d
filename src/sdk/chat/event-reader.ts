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
 * Reads the events of one wire format. Where they turn out to be those of another one, as of gateways that pass on what
 * the provider behind them sends, that one is read from there on.
 */
export function createEventReader(
  format: WireFormat = 'chat-completions',
  answer: ReadAnswer,
): ChatEventReader {
  let reader = READERS[format](answer);
  /** The others, made when they are needed. */
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
