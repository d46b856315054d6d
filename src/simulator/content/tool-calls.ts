import type { ChatRequest, Tool } from '../chat/chat-request.js';
import { type Random, randomId } from '../random.js';
import { schemaExample } from './schema-example.js';

/** A call of one of the request's functions; `arguments` is JSON. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/**
 * The calls an answer makes, none when it is a text. `tool_choice` decides where it is definite. Otherwise
 * (`auto`) a message from the user is answered by calling the functions it names, a tool's result by a text.
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

/** Whether the text holds every word of a name such as `get_weather` or `getWeather`, `get` and the like apart. */
function names(text: string, name: string): boolean {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_-]+/)
    .filter((word) => word !== '' && !/^(?:get|set|do|run|call|fetch|find)$/.test(word));
  const lower = text.slice(0, 10_000).toLowerCase();
  return words.length > 0 && words.every((word) => lower.includes(word));
}
