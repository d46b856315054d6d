import { isRecord, type JsonRecord, recordOf, stringOf } from '../../../common/json.js';
import { isBare, keepModel } from '../chat-types.js';
import { unreadable, WordedReader } from './content-reader.js';
import type { ChatEventReader, ReadAnswer, Verdict } from './event-reader-types.js';
import { reportOf } from './server-report.js';
import { laterUsage, usageOf } from './usage.js';

/**
 * Matches delta events, by the kind of their content. OpenAI has `output_text`, `refusal`, `reasoning_text`,
 * `reasoning_summary_text` and `audio.transcript`; gateways have further names.
 */
const DELTAS: readonly (readonly [RegExp, 'text' | 'reasoning' | 'refusal'])[] = [
  [/^response\.(?:output_text|text|content_part|(?:output_)?audio[._]transcript)\.delta$/, 'text'],
  [/^response\.reasoning(?:_text|_content|_summary(?:_text)?)?\.delta$/, 'reasoning'],
  [/^response\.refusal\.delta$/, 'refusal'],
];
/** Matches names for the same content. Of several in one response, only the first is read. */
const SAME: readonly RegExp[] = [
  /^response\.(?:output_text|text|content_part)\.delta$/,
  /^response\.reasoning(?:_text|_content|_summary)?\.delta$/,
];
/** Matches states of a response that is not over: one in the background, or one that was cancelled. */
const UNFINISHED = /^(?:queued|in_progress|cancelled)$/;
/** Matches items of the server's own tools. They are not part of the answer, except for images. */
const OWN_TOOL = /(?<!image_generation)_call$|_output$|^mcp_|compaction/;

/**
 * Maps the events of OpenAI's Responses API, or a whole response, to those of chat completions
 * (https://platform.openai.com/docs/api-reference/responses-streaming). Reasoning summaries count as reasoning. Some
 * gateways send a whole item without deltas, or the whole answer in the last event. `errorEventOf` handles failed
 * responses.
 */
export function createResponsesReader({ emit, result }: ReadAnswer): ChatEventReader {
  /** The number of each tool call, by the item's id and index, and by the call's id. */
  const calls = new Map<unknown, number>();
  /** How many characters of arguments were passed on for each call. The result may still lack a withheld `{}`. */
  const passed = new Map<number, number>();
  let count = 0;
  /** Whether the current item has had deltas. Then its final event repeats them and is skipped. */
  let inPieces = false;
  /** The text of the response that has ended, and how much of it the next response has repeated so far. */
  let ended: string | undefined;
  let repeated: string | undefined;
  const contents = new WordedReader(emit);
  const readContent = contents.read;

  /** The latest delta event, whether it has the content of another one, and the first name of each of `SAME`. */
  let latest = '';
  let same = false;
  const names: (string | undefined)[] = [];

  /** Whether events of another name have the content of this one. */
  const isSame = (type: string): boolean => {
    if (type === latest) return same;
    const group = SAME.findIndex((one) => one.test(type));
    names[group] ??= type;
    latest = type;
    same = group >= 0 && names[group] !== type;
    return same;
  };

  /** Returns the new part of a text. Some gateways send a whole response twice. */
  const fresh = (text: unknown): unknown => {
    if (repeated === undefined || typeof text !== 'string') return text;
    const again = repeated + text;
    repeated = ended?.startsWith(again) ? again : undefined;
    return repeated === undefined ? again : '';
  };

  /** Finds a call. Some gateways (GitHub Copilot) send another item id with each event. */
  const numberOf = (id: unknown, outputIndex: unknown, callId?: unknown): number | undefined => {
    const found = callId === undefined ? undefined : calls.get(callId);
    const other = found ?? calls.get(id) ?? calls.get(outputIndex);
    const another = found === undefined && callId !== undefined && other !== undefined;
    return another && result.toolCalls[other]?.id !== '' ? undefined : other;
  };

  const startCall = (outputIndex: unknown, item: JsonRecord): void => {
    const index = count;
    count += 1;
    for (const key of [item.id, item.call_id]) if (key !== undefined) calls.set(key, index);
    calls.set(outputIndex, index);
    passed.set(index, argumentsOf(item).length);
    const named = { id: stringOf(item.call_id), name: stringOf(item.name) };
    emit({ type: 'tool_call', index, ...named, arguments: argumentsOf(item) });
  };

  const addToCall = (index: number | undefined, delta: unknown): void => {
    if (typeof delta !== 'string' || index === undefined) emit(unreadable({ call: index, delta }));
    else if (delta !== '') {
      passed.set(index, (passed.get(index) ?? 0) + delta.length);
      emit({ type: 'tool_call', index, arguments: delta });
    }
  };

  /** Adds the missing part of arguments that come whole after their pieces. */
  const completeCall = (index: number | undefined, args: string): void => {
    const known = index === undefined ? undefined : result.toolCalls[index]?.arguments;
    if (index === undefined || known === undefined || !args.startsWith(known)) return;
    addToCall(index, args.slice(known.length || passed.get(index)));
  };

  /** Reads a whole item. */
  const readItem = (outputIndex: unknown, item: JsonRecord): void => {
    const { type, content, summary } = item;
    if (isCall(item)) {
      const begun = numberOf(item.id, outputIndex, item.call_id);
      if (begun === undefined) startCall(outputIndex, item);
      else completeCall(begun, argumentsOf(item));
    } else if (content === undefined && summary === undefined) {
      if (item.encrypted_content === undefined && !OWN_TOOL.test(stringOf(type))) emit(unreadable(item));
    } else {
      readContent(summary, 'reasoning');
      readContent(content, type === 'reasoning' ? 'reasoning' : 'text');
    }
  };

  /** Reads the items of the last event. When one kind of item came in pieces, another may still be new. */
  const readOutput = (output: readonly unknown[]): void => {
    const bare = isBare(result) && !contents.worded;
    const textless = !contents.worded;
    const knownIds = new Set(result.toolCalls.map(({ id }) => id));
    for (const [index, one] of output.entries()) {
      const item = recordOf(one);
      const isNew = isCall(item)
        ? !knownIds.has(stringOf(item.call_id))
        : item.type === 'message' && textless;
      if (bare || isNew) readItem(index, item);
    }
  };

  /** Reads the response object of the last event, or of an answer without streaming. */
  const readEnd = (response: JsonRecord): void => {
    // This response only begins like the one before.
    if (repeated !== undefined && repeated !== '' && repeated !== ended)
      emit({ type: 'text', text: repeated });
    repeated = undefined;
    if (Array.isArray(response.output)) readOutput(response.output);
    // Clients compute this member from the items, and some gateways send nothing else.
    if (!contents.worded) readContent(response.output_text, 'text');
    named(response);
    const report = reportOf(response);
    if (report !== undefined) emit(report);
    const usage = usageOf(response.usage);
    if (usage !== undefined) emit({ type: 'usage', usage: laterUsage(result.usage, usage) });
    const reason = recordOf(response.incomplete_details).reason;
    if (response.status === 'incomplete')
      emit({
        type: 'finish',
        reason: reason === 'max_output_tokens' ? 'length' : stringOf(reason) || 'incomplete',
      });
    else if (UNFINISHED.test(stringOf(response.status)))
      emit({ type: 'finish', reason: stringOf(response.status) });
    else emit({ type: 'finish', reason: result.toolCalls.length > 0 ? 'tool_calls' : 'stop' });
    ended = result.text;
  };

  /** Reads a whole part of an item, unless it has come in pieces. */
  const readWhole = (value: unknown, kind: 'text' | 'reasoning' | 'refusal'): void => {
    if (!inPieces) inPieces = readContent(value, kind);
  };

  const named = ({ model }: JsonRecord): void => {
    keepModel(result, model);
  };

  const readOther = (type: string, event: JsonRecord): Verdict => {
    if (!type.startsWith('response.')) return 'unrecognised';
    // Deltas of the server's own tools are ignored, e.g. `response.mcp_call_arguments.delta`.
    if (type.endsWith('.delta') && !type.includes('_call')) emit(unreadable(event));
    return 'open';
  };

  const read = (event: unknown): Verdict => {
    if (!isRecord(event)) return 'unrecognised';
    if (Array.isArray(event.output) && (event.object === 'response' || isTyped(event.output[0]))) {
      readEnd(event);
      return 'open';
    }
    const type = stringOf(event.type);
    const kind = kindOf(type);
    if (kind !== undefined) {
      if (isSame(type)) return 'open';
      const delta = kind === 'text' ? fresh(event.delta) : event.delta;
      inPieces = readContent(delta, kind) || inPieces || repeated !== undefined;
      return 'open';
    }
    const { item_id: id, output_index: index } = event;
    const item = recordOf(event.item);
    switch (type) {
      case 'response.output_item.added':
        inPieces = false;
        if (isCall(item)) startCall(index, item);
        return 'open';
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        addToCall(numberOf(id, index), event.delta);
        return 'open';
      case 'response.function_call_arguments.done':
      case 'response.custom_tool_call_input.done':
        completeCall(numberOf(id, index), argumentsOf(event));
        return 'open';
      case 'response.output_text.done':
        readWhole(event.text, 'text');
        return 'open';
      case 'response.refusal.done':
        readWhole(event.refusal, 'refusal');
        return 'open';
      case 'response.content_part.done':
        readWhole(event.part, 'text');
        return 'open';
      case 'response.output_item.done':
        if (!inPieces) readItem(index, item);
        inPieces = false;
        return 'open';
      case 'response.completed':
      case 'response.done':
      case 'response.incomplete':
        readEnd(recordOf(event.response));
        return 'open';
      case 'response.created':
        if (ended) repeated = '';
        named(recordOf(event.response));
        return 'open';
      case 'response.in_progress':
        named(recordOf(event.response));
        return 'open';
      default:
        return readOther(type, event);
    }
  };

  return { read };
}

function kindOf(type: string): 'text' | 'reasoning' | 'refusal' | undefined {
  // The common case, without a search.
  if (type === 'response.output_text.delta') return 'text';
  return type.endsWith('.delta') ? DELTAS.find(([name]) => name.test(type))?.[1] : undefined;
}

/** Whether this is an item of a response. */
function isTyped(item: unknown): boolean {
  return typeof recordOf(item).type === 'string';
}

function isCall({ type }: JsonRecord): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}

function argumentsOf({ arguments: args, input }: JsonRecord): string {
  return isRecord(args) ? JSON.stringify(args) : stringOf(args ?? input);
}
