import { isRecord, type JsonRecord, recordOf, stringOf } from '../../../common/json.js';
import { type ChatResult, keepModel } from '../chat-types.js';
import { callsIn, hasContent } from './call-forms.js';
import { ChosenChoice, hasOutput } from './chosen-choice.js';
import { callsBeside, choicesIn, reasonOf, unwrapped } from './chunk-forms.js';
import { fromCohere, isCohereEvent } from './cohere-events.js';
import { DeltaReader } from './delta-reader.js';
import type { ChatEventReader, ReadAnswer, Verdict } from './event-reader-types.js';
import { fromOllama, isOllamaEvent } from './ollama-events.js';
import type { PlainChunk } from './plain-chunk.js';
import { reportOf } from './server-report.js';
import { laterUsage, usageIn } from './usage.js';

/** Fewest characters of a text that is repeated. A shorter one, or one of a single piece, may be written twice. */
const MIN_AGAIN = 16;

/** Matches the absence of a finish reason in the words of JavaScript and Python. */
const NO_REASON = /^(?:null|none|undefined)$/i;

/**
 * Maps chunks of a chat completion (or a whole one) to events. Only one choice is read. Besides OpenAI's
 * format, it reads these variants (test/fixtures/sse has a stream for each):
 * - reasoning as `reasoning_content` (DeepSeek, vLLM, xAI), `reasoning` (OpenRouter, Groq, Ollama) or `reasoning_text`
 *   (GitHub Copilot)
 * - content as an array of parts (Mistral), also typed, nested, or a number
 * - usage inside `x_groq` or the choice (Moonshot)
 * - `message` instead of `delta`, also repeated at the end (MiniMax)
 * - Ollama's and Cohere's own APIs
 * - tool calls without a usable index, beside the delta, or in a form that `callsIn` reads
 */
export function createChatEventReader(answer: ReadAnswer): ChatEventReader {
  return new ChunkReader(answer);
}

class ChunkReader implements ChatEventReader {
  readonly #answer: ReadAnswer;
  readonly #chosen: ChosenChoice;
  readonly #deltas: DeltaReader;
  /** Whether deltas had content. A message after them repeats it. */
  #inDeltas = false;
  /** How many characters of text the first of them had. */
  #begun = 0;

  constructor(answer: ReadAnswer) {
    this.#answer = answer;
    this.#chosen = new ChosenChoice(answer.result);
    this.#deltas = new DeltaReader(answer);
  }

  readPlain({ model, text, reason = '' }: PlainChunk): boolean {
    if (!this.#chosen.chooseFirst()) return false;
    const { emit, result } = this.#answer;
    keepModel(result, model);
    if (text !== '' && !this.#isAgain(text, reason)) {
      this.#chosen.settled = true;
      this.#inDeltas = true;
      this.#deltas.worded = true;
      emit({ type: 'text', text });
      this.#begun ||= result.text.length;
    }
    this.#readReason(reason);
    return true;
  }

  read(received: unknown): Verdict {
    if (!isRecord(received)) return 'unrecognised';
    const { emit, result } = this.#answer;
    const event = inOneForm(received);
    const choices = choicesIn(event);
    const choice = Array.isArray(choices) ? this.#chosen.of(choices) : undefined;
    const usage = usageIn(event, choice);
    if (!Array.isArray(choices) && choices !== null && usage === undefined) return 'unrecognised';
    keepModel(result, event.model);
    if (choice !== undefined) this.#readChoice(choice, event);
    if (Array.isArray(choices) && choices.length > 1) this.#readFurther(choices, choice, event);
    if (choice?.finish_reason === 'tool_calls' && result.toolCalls.length === 0)
      this.#deltas.read({ tool_calls: callsBeside(choices) });
    if (usage !== undefined) {
      const { unread } = this.#chosen;
      const covered = unread === 0 ? usage : { ...usage, choices: unread + 1 };
      emit({ type: 'usage', usage: laterUsage(result.usage, covered) });
    }
    const report = reportOf(event);
    if (report !== undefined) emit(report);
    const hasChoices = Array.isArray(choices) && choices.length > 0;
    return usage !== undefined && !hasChoices ? 'closing' : 'open';
  }

  #readChoice(choice: JsonRecord, around: JsonRecord): void {
    const { result } = this.#answer;
    const { delta, message } = choice;
    const why = reasonOf(choice, around);
    this.#chosen.settled ||= hasOutput(recordOf(delta));
    if (isRecord(delta)) {
      const before = amountOf(result);
      this.#deltas.read(this.#isAgain(delta.content, why) ? { ...delta, content: '' } : delta);
      this.#inDeltas ||= amountOf(result) > before;
      this.#begun ||= result.text.length;
      if (isRecord(message) && isReason(why)) this.#deltas.readMissing(message);
    } else if (hasContent(delta)) this.#inDeltas = this.#deltas.readContent(delta, 'text') || this.#inDeltas;
    // The older completions API, without messages.
    else if (!isRecord(message)) {
      const text = choice.text ?? choice.content ?? (this.#inDeltas ? undefined : message);
      this.#deltas.readContent(text, 'text');
    }
    // A whole message after deltas repeats them.
    else if (!this.#inDeltas && !(around.object === 'chat.completion' && amountOf(result) > 0))
      this.#deltas.read(message);
    else if (isReason(why)) this.#deltas.readMissing(message);
    const beside = callsIn(choice);
    if (beside.length > 0 && callsIn(recordOf(delta ?? message)).length === 0)
      for (const call of beside) this.#deltas.readCall(call);
    this.#readReason(why);
  }

  /** Reads the other pieces of the chosen choice: some servers send several in a chunk. */
  #readFurther(choices: readonly unknown[], first: JsonRecord | undefined, around: JsonRecord): void {
    for (const more of choices)
      if (more !== first && isRecord(more) && more.index !== undefined && this.#chosen.includes(more))
        this.#readChoice(this.#repeats(more, first) ? { ...more, delta: {} } : more, around);
  }

  /** Whether a further entry of the choice has its piece, or the whole text, once more. */
  #repeats(more: JsonRecord, first: JsonRecord | undefined): boolean {
    const { content } = recordOf(more.delta);
    if (stringOf(content) === '') return false;
    return content === recordOf(first?.delta).content || content === this.#answer.result.text;
  }

  /** Whether the content of the last chunk, which has a finish reason, is all of the text once more. */
  #isAgain(content: unknown, why: string): boolean {
    const { text } = this.#answer.result;
    return why !== '' && content === text && content.length >= Math.max(MIN_AGAIN, 2 * this.#begun);
  }

  #readReason(reason: string): void {
    if (!isReason(reason)) return;
    const { emit } = this.#answer;
    emit({ type: 'finish', reason });
    const split = this.#deltas.splitAtEnd(reason);
    if (split !== undefined) emit(split);
  }
}

/** Returns an event of Ollama's or Cohere's own API, or of a gateway's, as a chunk of a chat completion. */
function inOneForm(received: JsonRecord): JsonRecord {
  if (isOllamaEvent(received)) return fromOllama(received);
  return isCohereEvent(received) ? fromCohere(received) : unwrapped(received);
}

function isReason(reason: string): boolean {
  return reason !== '' && !NO_REASON.test(reason);
}

/** Returns the amount of output so far, in characters and calls. */
function amountOf({ text, reasoning, refusal, toolCalls }: ChatResult): number {
  return text.length + reasoning.length + refusal.length + toolCalls.length;
}
