import type { ConnectorException } from '../../common/errors.js';
import { type CarriedParts, createCarriedParts } from './carried.js';
import type { ChatEvent, ChatResult } from './chat-types.js';
import { createSurrogatePairs } from './surrogate-pairs.js';
import { createThinkingTags } from './thinking-tags.js';

/** An answer while it is read: what it came to so far, and whether that is all of it. */
export interface Answer {
  readonly result: ChatResult;
  /** Adds an event to the result and tells it. */
  emit(event: ChatEvent): void;
  /** What is sent back with the answer's tool calls. */
  readonly parts: CarriedParts;
  /** A further event of the server's stream is read. */
  nextEvent(): void;
  /** The answer has failed; nothing more is read. */
  fail(error: ConnectorException): void;
  /** The server marked the answer's end, so that a lost connection takes nothing away. */
  conclude(by: 'finish' | 'usage'): void;
  /** The rest of the body is not read. */
  stop(): void;
  readonly concluded: boolean;
  /**
   * It is concluded only by a finish reason that came with all output so far, as servers do that repeat it, or only by
   * counts, which some send in between.
   */
  readonly doubtful: boolean;
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

/**
 * @param onEvent Called for each event, in order.
 * @param thinkingTags `<think>…</think>` at the text's beginning is reasoning.
 */
export function createAnswer(onEvent: (event: ChatEvent) => void, thinkingTags: boolean): Answer {
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
  /** What the event that is read brought so far. */
  let event = { output: false, finish: false };
  /** An event brought output without a finish reason, so that one with both means something. */
  let plainOutput = false;
  /** Output followed a finish reason: one that comes with output ends nothing. */
  let repeats = false;
  let doubtful = false;
  let over = false;
  let size = 0;

  const parts = createCarriedParts((chars) => {
    size += chars;
  });
  const keep = (text: string): string => {
    size += text.length;
    // What was followed by content has closed nothing: usage in advance, a finish reason in every chunk.
    if (conclusion === 'finish') repeats = true;
    conclusion = 'none';
    event.output = true;
    return text;
  };
  const add = (piece: ChatEvent): void => {
    switch (piece.type) {
      case 'text':
        result.text += keep(piece.text);
        return;
      case 'reasoning':
        result.reasoning += keep(piece.text);
        return;
      case 'refusal':
        result.refusal += keep(piece.text);
        return;
      case 'tool_call': {
        let call = result.toolCalls[piece.index];
        if (call === undefined) {
          call = { id: '', name: '', arguments: '' };
          result.toolCalls[piece.index] = call;
          size += OVERHEAD_CHARS;
        }
        if (piece.id !== undefined) call.id ||= keep(piece.id);
        if (piece.name !== undefined) call.name ||= keep(piece.name);
        call.arguments += keep(piece.arguments);
        return;
      }
      case 'usage':
        result.usage = piece.usage;
        return;
      case 'finish':
        result.finishReason = piece.reason;
        if (!(repeats && event.output)) conclusion = 'finish';
        doubtful = event.output && !plainOutput;
        event.finish = true;
        return;
      case 'error':
        result.error = piece.error;
        return;
      case 'malformed':
        result.malformedEvents += 1;
    }
  };
  const tell = (piece: ChatEvent): void => {
    add(piece);
    onEvent(piece);
  };
  /** Reasoning between tags so far, as long as it only repeats that of a field of its own (MiniMax). */
  let repeated: string | undefined = '';
  const isRepeated = (text: string): boolean => {
    if (repeated === undefined) return false;
    repeated += text;
    if (result.reasoning !== '' && result.reasoning.trimStart().startsWith(repeated.trimStart())) return true;
    repeated = undefined;
    return false;
  };
  const onTagged = (type: 'text' | 'reasoning', text: string): void => {
    if (type === 'text' || !isRepeated(text)) tell({ type, text });
  };
  const tags = thinkingTags ? createThinkingTags(onTagged) : undefined;
  const pass = (piece: ChatEvent): void => {
    if (piece.type === 'text' && tags !== undefined) {
      tags.feed(piece.text);
      // Text that is held back is output all the same: it came with this event.
      event.output = true;
      return;
    }
    // Counts and reports come in the middle of a text, too.
    if (piece.type === 'finish' || piece.type === 'tool_call' || piece.type === 'refusal') tags?.end();
    tell(piece);
  };
  const pairs = createSurrogatePairs();
  const passRest = (): void => {
    for (const [place, text] of pairs.rest()) {
      if (place === 'text' || place === 'reasoning' || place === 'refusal') pass({ type: place, text });
      else pass({ type: 'tool_call', index: Number(place), arguments: text });
    }
  };
  const emit = (piece: ChatEvent): void => {
    switch (piece.type) {
      case 'text':
      case 'reasoning':
      case 'refusal': {
        const text = pairs.join(piece.type, piece.text);
        if (text !== '' || piece.text === '') pass(text === piece.text ? piece : { ...piece, text });
        else event.output = true;
        return;
      }
      case 'tool_call':
        pass({ ...piece, arguments: pairs.join(String(piece.index), piece.arguments) });
        return;
      default:
        if (piece.type === 'finish' || piece.type === 'error') passRest();
        pass(piece);
    }
  };

  return {
    result,
    emit,
    parts,
    nextEvent() {
      if (event.output && !event.finish) plainOutput = true;
      event = { output: false, finish: false };
    },
    fail(error) {
      over = true;
      emit({ type: 'error', error });
    },
    conclude(by) {
      doubtful = false;
      if (conclusion !== 'finish') conclusion = by;
    },
    stop() {
      passRest();
      tags?.end();
      over = true;
    },
    get concluded() {
      return conclusion !== 'none';
    },
    get doubtful() {
      return doubtful || conclusion === 'usage';
    },
    get over() {
      return over;
    },
    get size() {
      return size;
    },
  };
}
