import { beginningOf } from '../../common/beginning.js';
import type { Answer } from './answer.js';
import type { ChatEvent } from './chat-types.js';
import { contentIn, type Piece } from './content-parts.js';

/** Characters that are kept of content that can't be read. */
const MAX_SHOWN = 300;

/** Reads a content field into the answer. Returns whether there was anything to read. */
export type ReadContent = (value: unknown, type: Piece['type']) => boolean;

/** The one way from a content field to the answer, in every wire format: what can't be read is told as malformed. */
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

/** The event for content that can't be read. */
export function unreadable(value: unknown): ChatEvent {
  return { type: 'malformed', data: beginningOf(JSON.stringify(value) ?? '', MAX_SHOWN) };
}
