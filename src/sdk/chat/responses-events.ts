import { isRecord, type JsonRecord, recordOf, stringOf } from '../json.js';
import type { ChatEventReader, ReadAnswer, Verdict } from './chat-events.js';
import { laterUsage, usageOf } from './usage.js';

/**
 * Maps the events of OpenAI's Responses API, or a whole response, to those of chat completions
 * (https://platform.openai.com/docs/api-reference/responses-streaming). Reasoning summaries are reasoning. A failed
 * response is for `errorEventOf`.
 */
export function createResponsesReader({ emit, result }: ReadAnswer): ChatEventReader {
  /** The number among the tool calls of each output item that is one. */
  const calls = new Map<unknown, number>();

  const startCall = (key: unknown, { type, call_id: id, name, arguments: args }: JsonRecord): void => {
    if (type !== 'function_call') return;
    const index = calls.size;
    calls.set(key, index);
    emit({ type: 'tool_call', index, id: stringOf(id), name: stringOf(name), arguments: stringOf(args) });
  };

  const addToCall = (key: unknown, text: string): void => {
    const index = calls.get(key);
    if (index !== undefined) emit({ type: 'tool_call', index, arguments: text });
  };

  const emitText = (type: 'text' | 'reasoning' | 'refusal', text: string): void => {
    if (text !== '') emit({ type, text });
  };

  const readOutput = (output: readonly unknown[]): void => {
    for (const [index, item] of output.entries()) {
      const { type, content, summary } = recordOf(item);
      if (type === 'function_call') startCall(index, recordOf(item));
      for (const part of partsOf(summary)) emitText('reasoning', stringOf(part.text));
      for (const part of partsOf(content)) {
        if (part.type === 'refusal') emitText('refusal', stringOf(part.refusal));
        else emitText(type === 'reasoning' ? 'reasoning' : 'text', stringOf(part.text));
      }
    }
  };

  /** The response as its last event, or the whole answer, has it. */
  const readEnd = (response: JsonRecord): void => {
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

  const read = (event: unknown): Verdict => {
    if (!isRecord(event)) return 'unrecognised';
    const { type, item_id: item, delta, output_index: index } = event;
    if (event.object === 'response' && Array.isArray(event.output)) {
      readOutput(event.output);
      readEnd(event);
      return 'open';
    }
    switch (type) {
      case 'response.output_text.delta':
        emitText('text', stringOf(delta));
        return 'open';
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        emitText('reasoning', stringOf(delta));
        return 'open';
      case 'response.refusal.delta':
        emitText('refusal', stringOf(delta));
        return 'open';
      case 'response.output_item.added':
        startCall(recordOf(event.item).id ?? index, recordOf(event.item));
        return 'open';
      case 'response.function_call_arguments.delta':
        addToCall(calls.has(item) ? item : index, stringOf(delta));
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
        return typeof type === 'string' && type.startsWith('response.') ? 'open' : 'unrecognised';
    }
  };

  return { read };
}

function partsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
