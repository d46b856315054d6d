import { createAnthropicReader } from './anthropic-events.js';
import type { WireFormat } from './chat-errors.js';
import { type ChatEventReader, createChatEventReader, type ReadAnswer } from './chat-events.js';
import { createResponsesReader } from './responses-events.js';

const READERS: Readonly<Record<WireFormat, typeof createChatEventReader>> = {
  'chat-completions': createChatEventReader,
  responses: createResponsesReader,
  anthropic: createAnthropicReader,
};

/** Reads the events of one wire format. */
export function createEventReader(
  format: WireFormat = 'chat-completions',
  answer: ReadAnswer,
): ChatEventReader {
  return READERS[format](answer);
}
