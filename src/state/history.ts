import { questionMessage } from '../common/chat/attachments.js';
import type { ChatMessage } from '../connector/messages.js';
import type { AssistantMessage, Message, ToolMessage } from './messages.js';

type RequestEndpoint = AssistantMessage['endpoint'];

/**
 * Returns the messages to send: questions, answers (even partial ones) and the results of tool calls.
 * @param next the next request's endpoint. An answer's carried members are only sent to the endpoint they came from.
 */
export function historyOf(messages: readonly Message[], next: RequestEndpoint): ChatMessage[] {
  const history: ChatMessage[] = [];
  const turns = messages.filter((message) => message.role !== 'notice');
  for (const [index, message] of turns.entries()) {
    if (message.role === 'user') {
      const { text, attachments = [] } = message;
      if (text !== '' || attachments.length > 0) history.push(questionMessage({ text, attachments }));
    }
    if (message.role !== 'assistant') continue;
    const ended = turns[index - 1]?.role === 'tool';
    history.push(...answered(message, { results: resultsAfter(turns, index), ended, next }));
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

interface Around {
  results: readonly ToolMessage[];
  /** Whether the answer follows tool results, so that it ends a turn with calls. */
  ended: boolean;
  next: RequestEndpoint;
}

/** Returns the answer as messages. Leaves out calls without a result, because providers refuse them. */
function answered(message: AssistantMessage, { results, ended, next }: Around): ChatMessage[] {
  const { text, toolCalls = [], carried, endpoint } = message;
  const own = endpoint.name === next.name && endpoint.model === next.model ? carried : undefined;
  const calls = toolCalls.slice(0, results.length);
  if (calls.length === 0) {
    return text === '' ? [] : [{ role: 'assistant', content: text, ...(ended && own?.message) }];
  }
  const tool_calls = calls.map(({ id, name, arguments: args }, index) => {
    const extra = own?.calls[index];
    // Servers that parse the arguments as JSON fail on an empty text.
    const called = { name, arguments: args.trim() === '' ? '{}' : args };
    return {
      id,
      type: 'function',
      function: called,
      ...(extra !== undefined && { extra_content: extra }),
    } as const;
  });
  return [
    { role: 'assistant', content: text === '' ? null : text, tool_calls, ...own?.message },
    ...calls.map(({ id }, index): ChatMessage => {
      const content = results[index]?.text ?? '';
      return { role: 'tool', tool_call_id: id, content };
    }),
  ];
}
