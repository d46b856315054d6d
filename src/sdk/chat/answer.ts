import type { ConnectorException } from '../../common/errors.js';
import { type CarriedParts, createCarriedParts } from './carried.js';
import type { ChatEvent, ChatResult } from './chat-types.js';
import { createSurrogatePairs } from './surrogate-pairs.js';
import { createThinkingTags } from './thinking-tags.js';

/** The state of an answer while it is read. */
export interface Answer {
  readonly result: ChatResult;
  /** Adds an event to the result and reports it. */
  emit(event: ChatEvent): void;
  /** Collects the parts that must be sent back with the results of the answer's tool calls. */
  readonly parts: CarriedParts;
  /** Call this before each event of the server's stream. */
  nextEvent(): void;
  /** Marks the answer as failed. The rest is not read. */
  fail(error: ConnectorException): void;
  /**
   * Call this when the server has marked the answer's end: the answer then stays complete if the connection is lost.
   */
  conclude(by: 'finish' | 'usage'): void;
  /** Stops reading the body. */
  stop(): void;
  readonly concluded: boolean;
  /**
   * Whether the conclusion may be premature: it is a finish reason sent together with output, which some servers send
   * with every chunk, or only usage counts, which some servers send in between.
   */
  readonly doubtful: boolean;
  readonly over: boolean;
  /** Characters kept in memory, with a fixed amount added for each empty part. */
  readonly size: number;
}

/** Reads the text of one kind of body into an answer. */
export interface AnswerBody {
  feed(text: string): void;
  /** @param whole whether the body reached its own end, and was not cut off */
  end(whole: boolean): void;
}

/** Most characters of one event, or of an answer that is one JSON text. */
export const MAX_EVENT_CHARS = 16 * 1024 * 1024;
/** Most characters of all parts of an answer together. */
export const MAX_ANSWER_CHARS = 64 * 1024 * 1024;
const OVERHEAD_CHARS = 64;

/**
 * @param onEvent called for each event, in order
 * @param thinkingTags whether `<think>…</think>` at the beginning of the text is reasoning
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
  /** What the current event contained so far. */
  let event = { output: false, finish: false };
  /**
   * An earlier event had output without a finish reason. So a finish reason with output marks the end on this server.
   */
  let plainOutput = false;
  /** Output followed a finish reason, so on this server a finish reason sent with output does not mark the end. */
  let repeats = false;
  let doubtful = false;
  let over = false;
  let size = 0;

  const parts = createCarriedParts((chars) => {
    size += chars;
  });
  const keep = (text: string): string => {
    size += text.length;
    // An end mark followed by content was none: some servers send usage in advance, or a finish reason in every chunk.
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
  /** The reasoning between tags so far, as long as it only repeats the reasoning of a separate field (MiniMax). */
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
      // Withheld text counts as output of this event, too.
      event.output = true;
      return;
    }
    // Usage counts and reports can also come in the middle of a text, so they don't end the tag.
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
