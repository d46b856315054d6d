import { isObject, objectIn, objectsIn, textIn } from '../json.js';
import type { JsonObject } from '../types.js';
import { argumentsOf } from './content.js';
import type { Conversation } from './conversation.js';
import type { OnOmitted } from './messages.js';
import { conversationOf } from './nodes.js';

/** Whether the value is a session of aichat, read from YAML. */
export function isAichat(value: JsonObject): boolean {
  return textIn(value, 'model') !== undefined && objectsIn(value, 'messages').length > 0;
}

/**
 * Reads a session of aichat. Its compressed messages come first, and its title is the file's name.
 * @param name the file's name without extension
 */
export function aichatConversation(
  session: JsonObject,
  name: string | undefined,
  omit: OnOmitted,
): Conversation {
  const messages = [...objectsIn(session, 'compressed_messages'), ...objectsIn(session, 'messages')];
  // `openai:gpt-4o`
  const [endpoint = '', ...model] = (textIn(session, 'model') ?? '').split(':');
  const named = model.length === 0 ? { model: endpoint } : { endpoint, model: model.join(':') };
  const id = `${name ?? ''}\0${JSON.stringify(messages[0] ?? null)}`;
  return conversationOf(messages.flatMap(withoutResults), { id, title: name, ...named }, omit);
}

/** Splits a message: aichat saves calls and their results in one. */
function withoutResults(message: JsonObject, index: number): JsonObject[] {
  const content = message.content ?? null;
  if (!isObject(content)) return [message];
  const results = objectsIn(content, 'tool_results').map((result, number) => {
    const call = objectIn(result, 'call') ?? {};
    const id = textIn(call, 'id') ?? `call_${index}_${number}`;
    const name = textIn(call, 'name') ?? '';
    return { id, name, arguments: argumentsOf(call.arguments ?? {}), output: result.output ?? null };
  });
  const tool_calls = results.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  return [
    { role: 'assistant', content: textIn(content, 'text') ?? '', tool_calls },
    ...results.map(({ id, output }) => ({
      role: 'tool',
      tool_call_id: id,
      content: typeof output === 'string' ? output : JSON.stringify(output),
    })),
  ];
}
