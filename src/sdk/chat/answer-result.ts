import type { AnswerEnd } from './answer-end.js';
import type { ChatEvent, ChatResult } from './chat-types.js';
import { GrowingText } from './repairs/growing-text.js';

const OVERHEAD_CHARS = 64;

/** Collects the events of an answer in its result. */
export class AnswerResult {
  readonly result: ChatResult = {
    outcome: 'truncated',
    text: '',
    reasoning: '',
    refusal: '',
    toolCalls: [],
    finishReason: null,
    malformedEvents: 0,
  };
  /** Characters kept in memory. Each tool call adds a fixed amount, because it may be empty. */
  size = 0;
  readonly #end: AnswerEnd;
  #text = new GrowingText();
  #reasoning = new GrowingText();

  constructor(end: AnswerEnd) {
    this.#end = end;
  }

  add(piece: ChatEvent): void {
    const { result } = this;
    switch (piece.type) {
      case 'text':
        result.text = this.#text.add(this.#counted(piece.text));
        return;
      case 'reasoning':
        result.reasoning = this.#reasoning.add(this.#counted(piece.text));
        return;
      case 'refusal':
        result.refusal += this.#counted(piece.text);
        return;
      case 'tool_call':
        this.#addCall(piece);
        return;
      case 'split':
        this.#split(piece);
        return;
      case 'usage':
        result.usage = piece.usage;
        return;
      case 'finish':
        result.finishReason = piece.reason;
        this.#end.finish();
        return;
      case 'error':
        result.error = piece.error;
        return;
      case 'malformed':
        result.malformedEvents += 1;
    }
  }

  #addCall({ index, id, name, arguments: args }: Extract<ChatEvent, { type: 'tool_call' }>): void {
    const { toolCalls } = this.result;
    let call = toolCalls[index];
    if (call === undefined) {
      call = { id: '', name: '', arguments: '' };
      toolCalls[index] = call;
      this.size += OVERHEAD_CHARS;
    }
    if (id !== undefined) call.id ||= this.#counted(id);
    if (name !== undefined) call.name += this.#counted(name);
    call.arguments += this.#counted(args);
  }

  #split({ reasoning, text }: Extract<ChatEvent, { type: 'split' }>): void {
    const { result } = this;
    result.reasoning = reasoning;
    result.text = text;
    this.#reasoning = new GrowingText(reasoning);
    this.#text = new GrowingText(text);
    // Calls end a tag, so they come before this event only when the answer begins again.
    if (result.toolCalls.length > 0) result.toolCalls = [];
  }

  #counted(text: string): string {
    this.size += text.length;
    this.#end.output();
    return text;
  }
}
