import { isRecord, type JsonRecord, parseJson, recordOf, stringOf } from '../../../common/json.js';
import type { Answer } from '../answer.js';
import { keepModel } from '../chat-types.js';
import { callPieceOf, callsIn, hasContent } from './call-forms.js';
import { fromCohere, isCohereEvent } from './cohere-events.js';
import { createContentReader, unreadable } from './content-reader.js';
import { fromOllama, isOllamaEvent } from './ollama-events.js';
import { hasOnly, type PlainChunk } from './plain-chunk.js';
import { isFlag, ReasoningFlags } from './reasoning-flags.js';
import { otherReasoningIn, REASONING } from './reasoning-names.js';
import { reportOf } from './server-report.js';
import { createToolCallNumbering, freshName } from './tool-calls.js';
import { laterUsage, usageIn } from './usage.js';

/** The meaning of an event for the end of the answer. */
export type Verdict =
  /** Further events may follow. */
  | 'open'
  /** A usage event without choices, which is the last event of an answer. */
  | 'closing'
  | 'unrecognised';

/** The parts of an answer that event readers write to. */
export type ReadAnswer = Pick<Answer, 'emit' | 'result' | 'parts'>;

export interface ChatEventReader {
  /** Emits the contents of an event. Error objects don't get here: `errorEventOf` finds them first. */
  read(event: unknown): Verdict;
  /** Emits the contents of a plain chunk. Returns false when `read` must read the event. */
  readPlain?(chunk: PlainChunk): boolean;
}

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
export function createChatEventReader({ emit, result, parts }: ReadAnswer): ChatEventReader {
  let numberOf: ReturnType<typeof createToolCallNumbering> | undefined;
  let flags: ReasoningFlags | undefined;
  /** The index of the choice that is read, which is the lowest index before the first output. */
  let chosen: number | undefined;
  /** Whether the chosen choice has had output. */
  let settled = false;
  /** The indexes of other choices. */
  let others: Set<number> | undefined;
  /** The indexes of choices with output that are not read. */
  let unread: Set<number> | undefined;
  /** Whether deltas had content. A message after them repeats it. */
  let inDeltas = false;
  /** How many characters of text the first of them had. */
  let begun = 0;

  const readContent = createContentReader(emit);

  const readDelta = (delta: JsonRecord): void => {
    const { content, refusal } = delta;
    const usual = hasOnly(delta, USUAL);
    if (!usual) parts.message(delta);
    // Some gateways send each text as content and as reasoning.
    const doubled = !usual && stringOf(content) !== '' && REASONING.some((name) => delta[name] === content);
    // OpenRouter sends the reasoning twice, also in parts.
    const named =
      !usual &&
      !doubled &&
      (REASONING.some((name) => !isFlag(delta, name) && readContent(delta[name], 'reasoning')) ||
        readContent(delta.reasoning_details, 'reasoning') ||
        readContent(otherReasoningIn(delta), 'reasoning'));
    if (!usual) flags ??= new ReasoningFlags(result);
    readContent(content ?? delta.text ?? delta.parts, flags?.kindOf(delta, named) ?? 'text');
    readContent(refusal, 'refusal');
    if (!usual) {
      const { audio } = delta;
      const { transcript, data } = isRecord(audio) ? audio : { data: audio };
      // Some servers send the same words in both.
      if (!hasContent(content) || content === '') readContent(transcript, 'text');
      if (hasContent(data)) emit(unreadable({ audio: { data } }));
      if (hasContent(delta.images)) emit(unreadable({ images: delta.images }));
    }
    for (const call of callsIn(delta)) readToolCall(call);
  };

  const readToolCall = (call: unknown): void => {
    if (!isRecord(call)) {
      emit(unreadable(call));
      return;
    }
    const { piece, readable } = callPieceOf(call);
    if (!readable) emit(unreadable(call));
    const { id, name: sentName, arguments: text } = piece;
    numberOf ??= createToolCallNumbering((number) => result.toolCalls[number]?.arguments ?? '');
    const index = numberOf(piece);
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
  };

  /** Whether the content of the last chunk, which has a finish reason, is all of the text once more. */
  const isAgain = (content: unknown, why: string): boolean =>
    why !== '' && content === result.text && content.length >= Math.max(MIN_AGAIN, 2 * begun);

  const readChoice = (choice: JsonRecord, { object, finish_reason: above }: JsonRecord): void => {
    const { delta, message, finish_reason: reason, finishReason, finish_details, stop_reason } = choice;
    const inside = recordOf(delta ?? message);
    const other = finishReason ?? inside.finish_reason ?? above ?? finish_details ?? stop_reason;
    const why = reasonIn(reason ?? other);
    settled ||= hasOutput(recordOf(delta));
    if (isRecord(delta)) {
      const before = amountOf(result);
      readDelta(isAgain(delta.content, why) ? { ...delta, content: '' } : delta);
      inDeltas ||= amountOf(result) > before;
      begun ||= result.text.length;
    } else if (hasContent(delta)) inDeltas = readContent(delta, 'text') || inDeltas;
    // The older completions API, without messages.
    else if (!isRecord(message))
      readContent(choice.text ?? choice.content ?? (inDeltas ? undefined : message), 'text');
    // A whole message after deltas repeats them, so skip it.
    else if (!inDeltas && !(object === 'chat.completion' && amountOf(result) > 0)) readDelta(message);
    const beside = callsIn(choice);
    if (beside.length > 0 && callsIn(inside).length === 0) for (const call of beside) readToolCall(call);
    readReason(why);
  };

  /** Whether a further entry of the choice has its piece, or the whole text, once more. */
  const again = (more: JsonRecord, first: JsonRecord | undefined): boolean => {
    const { content } = recordOf(more.delta);
    return (
      stringOf(content) !== '' && (content === recordOf(first?.delta).content || content === result.text)
    );
  };

  const choiceOf = (choices: readonly unknown[]): JsonRecord | undefined => {
    let found: JsonRecord | undefined;
    const [only] = choices;
    if (choices.length === 1 && isRecord(only) && isBlock(only)) return only;
    for (const one of choices) {
      if (!isRecord(one)) continue;
      const index = indexOf(one);
      if (index !== chosen && chosen !== undefined && hasOutput(recordOf(one.delta ?? one.message))) {
        unread ??= new Set();
        unread.add(index);
      }
      // The first choice need not have index 0: some servers count from 1.
      if (chosen === undefined || (index < chosen && !settled) || (index === chosen && found === undefined)) {
        chosen = index;
        found = one;
      }
    }
    return found;
  };

  /** Whether this is a part of the answer under another index: LiteLLM uses the index of Anthropic's content block. */
  const isBlock = (choice: JsonRecord): boolean => {
    const delta = recordOf(choice.delta);
    const index = indexOf(choice);
    if (hasContent(delta.tool_calls)) return true;
    if (chosen === undefined || index === chosen || others?.has(index) === true) return false;
    if (!hasOutput(delta)) return settled;
    const { reasoning, text, toolCalls } = result;
    const follows = reasoning !== '' && text === '' && toolCalls.length === 0 && hasContent(delta.content);
    if (follows) chosen = index;
    else if (settled) {
      others ??= new Set();
      others.add(index);
    }
    return follows;
  };

  const readReason = (reason: string): void => {
    if (reason === '' || NO_REASON.test(reason)) return;
    emit({ type: 'finish', reason });
    const split = flags?.atEnd(reason);
    if (split !== undefined) emit(split);
  };

  const readPlain = ({ model, text, reason = '' }: PlainChunk): boolean => {
    if ((chosen ?? 0) !== 0) return false;
    chosen = 0;
    keepModel(result, model);
    if (text !== '' && !isAgain(text, reason)) {
      settled = true;
      inDeltas = true;
      emit({ type: 'text', text });
      begun ||= result.text.length;
    }
    readReason(reason);
    return true;
  };

  const read = (received: unknown): Verdict => {
    if (!isRecord(received)) return 'unrecognised';
    const event = isOllamaEvent(received)
      ? fromOllama(received)
      : isCohereEvent(received)
        ? fromCohere(received)
        : unwrapped(received);
    const choices = choicesIn(event);
    const choice = Array.isArray(choices) ? choiceOf(choices) : undefined;
    const usage = usageIn(event, choice);
    if (!Array.isArray(choices) && choices !== null && usage === undefined) return 'unrecognised';
    keepModel(result, event.model);
    if (choice !== undefined) readChoice(choice, event);
    // Some servers send several pieces of one choice in a chunk.
    if (Array.isArray(choices) && choices.length > 1)
      for (const more of choices)
        if (more !== choice && isRecord(more) && more.index !== undefined && indexOf(more) === chosen)
          readChoice(again(more, choice) ? { ...more, delta: {} } : more, event);
    if (choice?.finish_reason === 'tool_calls' && result.toolCalls.length === 0)
      readDelta({ tool_calls: callsBeside(choices) });
    if (usage !== undefined) {
      const covered = unread === undefined ? usage : { ...usage, choices: unread.size + 1 };
      emit({ type: 'usage', usage: laterUsage(result.usage, covered) });
    }
    const report = reportOf(event);
    if (report !== undefined) emit(report);
    const hasChoices = Array.isArray(choices) && choices.length > 0;
    return usage !== undefined && !hasChoices ? 'closing' : 'open';
  };

  return { read, readPlain };
}

/** Whether this is a whole completion, which has a message and a finish reason, and is not called a chunk. */
export function isWholeCompletion(event: unknown): boolean {
  const { choices, object } = recordOf(event);
  const { message, delta, finish_reason: reason } = recordOf(Array.isArray(choices) ? choices[0] : undefined);
  const isChunk = object === 'chat.completion.chunk';
  return !isChunk && isRecord(message) && delta === undefined && reasonIn(reason) !== '';
}

/** Returns the choices, also the only one without a list around it (some gateways), or without its object (Databricks). */
function choicesIn({ choices, delta, type, finish_reason }: JsonRecord): unknown {
  if (isRecord(choices)) return [choices];
  const bare = choices === undefined && type === undefined && typeof recordOf(delta).content === 'string';
  return bare ? [{ delta, finish_reason }] : choices;
}

/** Matches names of members in which gateways put an answer as JSON text. In others, JSON is the model's own. */
const TEXT_OF_JSON = /^(?:data|response|body|result|payload)$/;

/**
 * Returns the answer inside of a gateway's own object, e.g. `{code: 0, data: {choices}}`, also as JSON text, or the
 * object itself.
 */
function unwrapped(event: JsonRecord): JsonRecord {
  if (event.choices !== undefined) return event;
  for (const name in event) {
    const value = event[name];
    const isText = typeof value === 'string' && value.startsWith('{') && TEXT_OF_JSON.test(name);
    const inner = recordOf(isText ? parseJson(value) : value);
    // The own API of DashScope, which has other conventions, has its answer in `output`.
    const own = name === 'output' && event.request_id !== undefined;
    if (Array.isArray(inner.choices) && inner.choices.every(isRecord) && !own) return inner;
  }
  return event;
}

/** Fewest characters of a text that is repeated. A shorter one, or one of a single piece, may be written twice. */
const MIN_AGAIN = 16;

/** Matches the absence of a finish reason in the words of JavaScript and Python. */
const NO_REASON = /^(?:null|none|undefined)$/i;

/** Members of a delta that contain output. */
const OUTPUT: ReadonlySet<string> = new Set([
  ...REASONING,
  'reasoning_details',
  'content',
  'text',
  'parts',
  'refusal',
  'tool_calls',
  'tool_call',
  'toolCalls',
  'function_call',
]);

/** The only members of most deltas. A look-up of each rarer member would take longer than the rest of the reading. */
const USUAL: ReadonlySet<string> = new Set(['role', 'content', 'refusal', 'tool_calls', 'function_call']);

/** Returns a finish reason that is a word, or an object with its kind. */
function reasonIn(value: unknown): string {
  if (!isRecord(value)) return stringOf(value);
  const { type, unified, reason } = value;
  return [unified, type, reason].map(stringOf).find((word) => word !== '') ?? '';
}

/** Returns the tool calls of another choice: GitHub Copilot sends Claude's calls in one after the choice with the text. */
function callsBeside(choices: unknown): unknown {
  const messages = Array.isArray(choices) ? choices.map((choice) => recordOf(recordOf(choice).message)) : [];
  return messages.find(({ tool_calls }) => hasContent(tool_calls))?.tool_calls;
}

function hasOutput(delta: JsonRecord): boolean {
  for (const name in delta)
    if (OUTPUT.has(name) && delta[name] !== '' && hasContent(delta[name])) return true;
  return false;
}

/** Returns the amount of output so far, in characters and calls. */
function amountOf({ text, reasoning, refusal, toolCalls }: Answer['result']): number {
  return text.length + reasoning.length + refusal.length + toolCalls.length;
}

function indexOf({ index }: JsonRecord): number {
  const number = Number(index ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
