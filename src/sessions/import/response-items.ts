import { isObject, objectsIn, textIn } from '../json.js';
import type { Json, JsonObject } from '../types.js';

/**
 * Returns the items of OpenAI's Responses API as messages in the format of chat APIs, where reasoning and calls are
 * parts of an answer.
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */
export function messagesOfItems(items: readonly JsonObject[], omit: (what: string) => void): JsonObject[] {
  const messages: JsonObject[] = [];
  let parts: JsonObject[] = [];
  const answered = (): void => {
    if (parts.length > 0) messages.push({ role: 'assistant', content: parts });
    parts = [];
  };
  for (const item of items) {
    const type = textIn(item, 'type') ?? 'message';
    switch (type) {
      case 'message':
        if (textIn(item, 'role') === 'assistant') parts.push(...partsOf(item));
        else {
          answered();
          messages.push(item);
        }
        break;
      case 'reasoning':
        for (const { text = '' } of [...objectsIn(item, 'summary'), ...objectsIn(item, 'content')])
          if (text !== '') parts.push({ type: 'thinking', thinking: text });
        break;
      case 'function_call':
      case 'custom_tool_call':
        parts.push({
          type: 'tool_use',
          id: textIn(item, 'call_id') ?? textIn(item, 'id') ?? '',
          name: textIn(item, 'name') ?? '',
          input: item.arguments ?? item.input ?? {},
        });
        break;
      case 'function_call_output':
      case 'custom_tool_call_output':
        answered();
        messages.push({
          role: 'tool',
          tool_call_id: textIn(item, 'call_id') ?? '',
          content: outputOf(item.output ?? ''),
        });
        break;
      default:
        omit(`item of the type ${type}`);
    }
  }
  answered();
  return messages;
}

function partsOf(item: JsonObject): JsonObject[] {
  const text = textIn(item, 'content');
  return text === undefined ? [...objectsIn(item, 'content')] : [{ type: 'text', text }];
}

/**
 * Returns the output of a call. It is a text, a list of parts, or (in older sessions of Codex) an object with a text.
 */
function outputOf(output: Json): Json {
  if (!isObject(output)) return output;
  return textIn(output, 'content') ?? JSON.stringify(output);
}
