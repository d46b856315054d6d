import { isRecord, type JsonRecord, recordOf, stringOf } from '../../common/json.js';
import type { ChatEventReader, ReadAnswer, Verdict } from './chat-events.js';
import { isBare } from './chat-types.js';
import { createContentReader, unreadable } from './content-reader.js';
import { laterUsage, usageOf } from './usage.js';

/** Maps delta events to the kind of their content. */
const DELTAS: Readonly<Record<string, 'text' | 'reasoning' | 'refusal'>> = {
  'response.output_text.delta': 'text',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.reasoning_text.delta': 'reasoning',
  'response.refusal.delta': 'refusal',
};
/** Matches items of the server's own tools. They are not part of the answer, except for images. */
const OWN_TOOL = /(?<!image_generation)_call(_output)?$|^mcp_|compaction/;

/**
 * Maps the events of OpenAI's Responses API, or a whole response, to those of chat completions
 * (https://platform.openai.com/docs/api-reference/responses-streaming). Reasoning summaries count as reasoning. Some
 * gateways send a whole item without deltas, or the whole answer in the last event. `errorEventOf` handles failed
 * responses.
 */
export function createResponsesReader({ emit, result }: ReadAnswer): ChatEventReader {
  /** The tool call's number for each output item with a tool call. */
  const calls = new Map<unknown, number>();
  /** Whether the current item has had deltas. Then its final event repeats them and is skipped. */
  let inPieces = false;
  const readContent = createContentReader(emit);

  const startCall = (key: unknown, item: JsonRecord): void => {
    const index = calls.size;
    calls.set(key, index);
    const named = { id: stringOf(item.call_id), name: stringOf(item.name) };
    emit({ type: 'tool_call', index, ...named, arguments: argumentsOf(item) });
  };

  const addToCall = (key: unknown, delta: unknown): void => {
    const index = calls.get(key);
    if (typeof delta !== 'string' || index === undefined) emit(unreadable({ call: key, delta }));
    else if (delta !== '') emit({ type: 'tool_call', index, arguments: delta });
  };

  /** Reads a whole item. */
  const readItem = (key: unknown, item: JsonRecord): void => {
    const { type, content, summary } = item;
    if (isCall(item)) {
      const begun = calls.get(key);
      const told = begun === undefined ? '' : result.toolCalls[begun]?.arguments;
      if (begun === undefined) startCall(key, item);
      else if (told === '') addToCall(key, argumentsOf(item));
    } else if (content === undefined && summary === undefined) {
      if (!OWN_TOOL.test(stringOf(type))) emit(unreadable(item));
    } else {
      readContent(summary, 'reasoning');
      readContent(content, type === 'reasoning' ? 'reasoning' : 'text');
    }
  };

  /** Of a response whose text came in pieces, its calls may have come with its end alone. */
  const readOutput = (output: readonly unknown[]): void => {
    const bare = isBare(result);
    const told = new Set(result.toolCalls.map(({ id }) => id));
    for (const [index, one] of output.entries()) {
      const item = recordOf(one);
      if (bare || (isCall(item) && !told.has(stringOf(item.call_id)))) readItem(index, item);
    }
  };

  /** Reads the response object of the last event, or of an answer without streaming. */
  const readEnd = (response: JsonRecord): void => {
    if (Array.isArray(response.output)) readOutput(response.output);
    named(response);
    const usage = usageOf(response.usage);
    if (usage !== undefined) emit({ type: 'usage', usage: laterUsage(result.usage, usage) });
    const reason = recordOf(response.incomplete_details).reason;
    if (response.status === 'incomplete')
      emit({
        type: 'finish',
        reason: reason === 'max_output_tokens' ? 'length' : stringOf(reason) || 'incomplete',
      });
    else emit({ type: 'finish', reason: result.toolCalls.length > 0 ? 'tool_calls' : 'stop' });
  };

  const named = ({ model }: JsonRecord): void => {
    if (typeof model === 'string' && model !== '') result.model ??= model;
  };

  const readOther = (type: string, event: JsonRecord): Verdict => {
    if (!type.startsWith('response.')) return 'unrecognised';
    // Deltas of the server's own tools are ignored, e.g. `response.mcp_call_arguments.delta`.
    if (type.endsWith('.delta') && !type.includes('_call')) emit(unreadable(event));
    return 'open';
  };

  const read = (event: unknown): Verdict => {
    if (!isRecord(event)) return 'unrecognised';
    if (event.object === 'response' && Array.isArray(event.output)) {
      readEnd(event);
      return 'open';
    }
    const type = stringOf(event.type);
    const kind = DELTAS[type];
    if (kind !== undefined) {
      inPieces = readContent(event.delta, kind) || inPieces;
      return 'open';
    }
    const { item_id: id, output_index: index } = event;
    const item = recordOf(event.item);
    switch (type) {
      case 'response.output_item.added':
        inPieces = false;
        if (isCall(item)) startCall(item.id ?? index, item);
        return 'open';
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        addToCall(calls.has(id) ? id : index, event.delta);
        return 'open';
      case 'response.output_item.done':
        if (!inPieces) readItem(calls.has(index) ? index : (item.id ?? index), item);
        inPieces = false;
        return 'open';
      case 'response.completed':
      case 'response.incomplete':
        readEnd(recordOf(event.response));
        return 'open';
      case 'response.created':
      case 'response.in_progress':
        named(recordOf(event.response));
        return 'open';
      default:
        return readOther(type, event);
    }
  };

  return { read };
}

function isCall({ type }: JsonRecord): boolean {
  return type === 'function_call' || type === 'custom_tool_call';
}

function argumentsOf({ arguments: args, input }: JsonRecord): string {
  return isRecord(args) ? JSON.stringify(args) : stringOf(args ?? input);
}
