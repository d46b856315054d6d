import type { ChatMessage } from '../connector/types.js';
import type { AssistantMessage, Message, ToolMessage } from './messages.js';

/** The messages to send: what was asked, what was answered as far as it came, and the results of calls. */
export function historyOf(messages: readonly Message[]): ChatMessage[] {
  const history: ChatMessage[] = [];
  const said = messages.filter((message) => message.role !== 'notice');
  for (const [index, message] of said.entries()) {
    if (message.role === 'assistant') history.push(...answered(message, resultsAfter(said, index)));
    else if (message.role === 'user' && message.text !== '')
      history.push({ role: 'user', content: message.text });
  }
  return history;
}

function resultsAfter(messages: readonly Message[], index: number): ToolMessage[] {
  const results: ToolMessage[] = [];
  for (let at = index + 1; ; at += 1) {
    const message = messages[at];
    if (message?.role !== 'tool') return results;
    results.push(message);
  }
}

/** Providers refuse a call without a result: those that have none are not sent. */
function answered(
  { text, toolCalls = [] }: AssistantMessage,
  results: readonly ToolMessage[],
): ChatMessage[] {
  const calls = toolCalls.slice(0, results.length).map((call) => ({
    ...call,
    // Servers that read them as JSON fail on nothing.
    arguments: call.arguments.trim() === '' ? '{}' : call.arguments,
  }));
  if (calls.length === 0) return text === '' ? [] : [{ role: 'assistant', content: text }];
  const tool_calls = calls.map(({ id, ...called }) => ({ id, type: 'function', function: called }) as const);
  return [
    { role: 'assistant', content: text === '' ? null : text, tool_calls },
    ...calls.map(({ id }, index): ChatMessage => {
      const content = results[index]?.text ?? '';
      return { role: 'tool', tool_call_id: id, content };
    }),
  ];
}
