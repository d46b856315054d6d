import { isRecord, type JsonRecord, stringOf } from '../../../common/json.js';
import { type ChatEvent, isBare } from '../chat-types.js';
import { callPieceOf, callsIn, hasContent } from './call-forms.js';
import { createContentReader, type ReadContent, unreadable } from './content-reader.js';
import type { ReadAnswer } from './event-reader-types.js';
import { hasOnly } from './plain-chunk.js';
import { isFlag, ReasoningFlags } from './reasoning-flags.js';
import { otherReasoningIn, REASONING } from './reasoning-names.js';
import { createToolCallNumbering, freshName } from './tool-calls.js';

/** The only members of most deltas. A look-up of each rarer member would take longer than the rest of the reading. */
const USUAL: ReadonlySet<string> = new Set(['role', 'content', 'refusal', 'tool_calls', 'function_call']);

/** Reads the deltas and messages of a chat completion's choice. */
export class DeltaReader {
  readonly #answer: ReadAnswer;
  /** Reads one field of a choice into the answer. */
  readonly readContent: ReadContent;
  #numberOf: ReturnType<typeof createToolCallNumbering> | undefined;
  #flags: ReasoningFlags | undefined;
  /** Whether a delta had text or a refusal. Its pieces may be withheld, or be reasoning between tags. */
  worded = false;

  constructor(answer: ReadAnswer) {
    this.#answer = answer;
    this.readContent = createContentReader(answer.emit);
  }

  /** Reads a delta, or the message of a whole completion. */
  read(delta: JsonRecord): void {
    const usual = hasOnly(delta, USUAL);
    if (!usual) this.#answer.parts.message(delta);
    const named = !usual && this.#readReasoning(delta);
    if (!usual) this.#flags ??= new ReasoningFlags(this.#answer.result);
    const kind = this.#flags?.kindOf(delta, named) ?? 'text';
    const hasText = this.readContent(delta.content ?? delta.text ?? delta.parts, kind);
    const refused = this.readContent(delta.refusal, 'refusal');
    this.worded ||= hasText || refused;
    if (!usual) this.#readMedia(delta);
    for (const call of callsIn(delta)) this.readCall(call);
  }

  /** Reads what a whole message at the end has and its deltas lacked: all of it, or its text, or its calls. */
  readMissing(message: JsonRecord): void {
    const { result } = this.#answer;
    if (!this.worded && isBare(result)) {
      this.read(message);
      return;
    }
    const { content, refusal } = message;
    if (!this.worded && result.text === '' && result.refusal === '') this.read({ content, refusal });
    if (result.toolCalls.length === 0) for (const call of callsIn(message)) this.readCall(call);
  }

  /** Returns the event that makes the reasoning the answer, if all of a whole answer was marked as reasoning. */
  splitAtEnd(reason: string): ChatEvent | undefined {
    return this.#flags?.atEnd(reason);
  }

  /** Reads the fields with reasoning. Returns whether one of them had any. */
  #readReasoning(delta: JsonRecord): boolean {
    const { content } = delta;
    // Some gateways send each text as content and as reasoning.
    if (stringOf(content) !== '' && REASONING.some((name) => delta[name] === content)) return false;
    // OpenRouter sends the reasoning twice, also in parts.
    return (
      REASONING.some((name) => !isFlag(delta, name) && this.readContent(delta[name], 'reasoning')) ||
      this.readContent(delta.reasoning_details, 'reasoning') ||
      this.readContent(otherReasoningIn(delta), 'reasoning')
    );
  }

  #readMedia({ content, audio, images }: JsonRecord): void {
    const { transcript, data } = isRecord(audio) ? audio : { data: audio };
    // Some servers send the same words in both.
    if (!hasContent(content) || content === '') this.readContent(transcript, 'text');
    if (hasContent(data)) this.#answer.emit(unreadable({ audio: { data } }));
    if (hasContent(images)) this.#answer.emit(unreadable({ images }));
  }

  /** Reads a tool call, or a piece of one. */
  readCall(call: unknown): void {
    const { emit, result, parts } = this.#answer;
    if (!isRecord(call)) {
      emit(unreadable(call));
      return;
    }
    const { piece, readable } = callPieceOf(call);
    if (!readable) emit(unreadable(call));
    const { id, name: sentName, arguments: text } = piece;
    this.#numberOf ??= createToolCallNumbering((number) => result.toolCalls[number]?.arguments ?? '');
    const index = this.#numberOf(piece);
    if (id === '' && sentName === '' && text === '') return;
    const name = freshName(result.toolCalls[index]?.name ?? '', sentName);
    parts.call(index, call);
    emit({
      type: 'tool_call',
      index,
      ...(id !== '' && { id }),
      ...(name !== '' && { name }),
      arguments: text,
    });
  }
}
