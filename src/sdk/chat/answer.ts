import type { ConnectorException } from '../../errors.js';
import type { ChatEvent, ChatResult } from './chat-types.js';

/** An answer while it is read: what it came to so far, and whether that is all of it. */
export interface Answer {
  readonly result: ChatResult;
  /** Adds an event to the result and tells it. */
  emit(event: ChatEvent): void;
  /** The answer has failed; nothing more is read. */
  fail(error: ConnectorException): void;
  /** The server marked the answer's end, so that a lost connection takes nothing away. */
  conclude(by: 'finish' | 'usage'): void;
  /** Nothing more is to be read. */
  stop(): void;
  readonly concluded: boolean;
  readonly over: boolean;
  /** Characters that are kept, with some for what is empty and takes memory all the same. */
  readonly size: number;
}

/** Reads the text of one kind of body into an answer. */
export interface AnswerBody {
  feed(text: string): void;
  /** @param whole The body came to its own end; else it was cut. */
  end(whole: boolean): void;
}

/** Most characters of one event, or of an answer that is one JSON text. */
export const MAX_EVENT_CHARS = 16 * 1024 * 1024;
/** Most characters that the parts of an answer may come to together. */
export const MAX_ANSWER_CHARS = 64 * 1024 * 1024;
const OVERHEAD_CHARS = 64;

/** @param onEvent Called for each event, in order. */
export function createAnswer(onEvent: (event: ChatEvent) => void): Answer {
  const result: ChatResult = {
    outcome: 'truncated',
    text: '',
    reasoning: '',
    refusal: '',
    toolCalls: [],
    finishReason: null,
    malformedEvents: 0,
  };
  let conclusion: 'none' | 'usage' | 'finish' = 'none';
  let over = false;
  let size = 0;

  const keep = (text: string): string => {
    size += text.length;
    // Usage in advance closes nothing: it was followed by content.
    if (conclusion === 'usage') conclusion = 'none';
    return text;
  };
  const add = (event: ChatEvent): void => {
    switch (event.type) {
      case 'text':
        result.text += keep(event.text);
        return;
      case 'reasoning':
        result.reasoning += keep(event.text);
        return;
      case 'refusal':
        result.refusal += keep(event.text);
        return;
      case 'tool_call': {
        let call = result.toolCalls[event.index];
        if (call === undefined) {
          call = { id: '', name: '', arguments: '' };
          result.toolCalls[event.index] = call;
          size += OVERHEAD_CHARS;
        }
        if (event.id !== undefined) call.id ||= keep(event.id);
        if (event.name !== undefined) call.name ||= keep(event.name);
        call.arguments += keep(event.arguments);
        return;
      }
      case 'usage':
        result.usage = event.usage;
        return;
      case 'finish':
        result.finishReason = event.reason;
        conclusion = 'finish';
        return;
      case 'error':
        result.error = event.error;
        return;
      case 'malformed':
        result.malformedEvents += 1;
    }
  };
  const emit = (event: ChatEvent): void => {
    add(event);
    onEvent(event);
  };

  return {
    result,
    emit,
    fail(error) {
      over = true;
      emit({ type: 'error', error });
    },
    conclude(by) {
      if (conclusion !== 'finish') conclusion = by;
    },
    stop() {
      over = true;
    },
    get concluded() {
      return conclusion !== 'none';
    },
    get over() {
      return over;
    },
    get size() {
      return size;
    },
  };
}
