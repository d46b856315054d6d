import { beginningOf } from '../../../common/text/beginning.js';
import type { Answer } from '../answer.js';
import type { ChatEvent } from '../chat-types.js';
import { contentIn, type Piece } from './content-parts.js';

/** The most characters that are kept of content in an unknown form. */
const MAX_SHOWN = 300;

/** Reads a content field into the answer. Returns whether the field had any content. */
export type ReadContent = (value: unknown, type: Piece['type']) => boolean;

/** Reads content fields in every wire format. Content with an unknown form becomes a `malformed` event. */
export function createContentReader(emit: Answer['emit']): ReadContent {
  return (value, type) => {
    if (value === undefined || value === null || value === '') return false;
    if (typeof value === 'string') {
      emit({ type, text: value });
      return true;
    }
    const { pieces, unread } = contentIn(value, type);
    for (const piece of pieces) emit(piece);
    if (unread > 0) emit(unreadable(value));
    return pieces.length > 0;
  };
}

/** Reads content fields, and keeps whether one of them had words. */
export class WordedReader {
  /** Whether a text or a refusal came. The result may still lack it: it can be withheld, or be reasoning between tags. */
  worded = false;
  readonly read: ReadContent;

  constructor(emit: Answer['emit']) {
    this.read = createContentReader((event) => {
      this.worded ||= event.type === 'text' || event.type === 'refusal';
      emit(event);
    });
  }
}

/** Returns the event for content with an unknown form. */
export function unreadable(value: unknown): ChatEvent {
  return { type: 'malformed', data: beginningOf(JSON.stringify(value) ?? '', MAX_SHOWN) };
}
