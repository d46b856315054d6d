import type { Random } from '../../common/random.js';
import type { ChatRequest, Tool } from '../chat/chat-request.js';
import { randomId } from '../random.js';
import { schemaExample } from './schema-example.js';

/** A call of one of the request's functions; `arguments` is JSON text. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/**
 * Returns the tool calls of an answer; an empty list for a text answer. `tool_choice` decides unless it is `auto`. With
 * `auto`, a user message gets calls of the functions that it names, and a tool result gets a text.
 */
export function toolCalls(
  { messages, tools, toolChoice, parallelCalls }: ChatRequest,
  when: 'auto' | 'always' | 'never',
  random: Random,
): ToolCall[] {
  const call = ({ name, parameters }: Tool): ToolCall => ({
    id: randomId('call_', random),
    name,
    arguments: JSON.stringify(schemaExample(parameters ?? { type: 'object' }, random) ?? {}),
  });
  switch (toolChoice.kind) {
    case 'none':
      return [];
    case 'function':
      return tools.filter(({ name }) => name === toolChoice.name).map(call);
    case 'required':
    case 'auto': {
      const last = messages.at(-1);
      const named = tools.filter(({ name }) => names(last?.text ?? '', name));
      const must = toolChoice.kind === 'required';
      if (!must && (when === 'never' || last?.role !== 'user')) return [];
      const chosen = named.length === 0 && (must || when === 'always') ? tools.slice(0, 1) : named;
      return (parallelCalls ? chosen : chosen.slice(0, 1)).map(call);
    }
  }
}

/** Whether the text contains every word of a name, e.g. `get_weather` or `getWeather`. Common verbs don't count. */
function names(text: string, name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_-]+/)
    .filter((word) => word !== '' && !/^(?:get|set|do|run|call|fetch|find)$/.test(word));
  const lower = text.slice(0, 10_000).toLowerCase();
  return words.length > 0 && words.every((word) => lower.includes(word));
}
