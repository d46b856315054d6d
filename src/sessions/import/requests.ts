import { objectIn, objectsIn, textIn } from '../json.js';
import type { Json, JsonObject } from '../types.js';
import { isMessage, type OnOmitted, systemOf } from './messages.js';
import { messagesOfItems } from './response-items.js';

/** The roles of ShareGPT's form, where a message has `from` and `value`. */
const FROM: Readonly<Record<string, string>> = {
  human: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bot: 'assistant',
  observation: 'tool',
  function_response: 'tool',
};

/** Whether the value has messages: a request of a chat API, a line of a batch file, or ShareGPT's form. */
export function hasMessages(value: JsonObject): boolean {
  const { messages, input, turns } = listsOf(value);
  if (messages.length > 0) return messages.every(isMessage);
  if (turns.length > 0) return turns.every((turn) => 'from' in turn && 'value' in turn);
  return input.length > 0 && input.every((item) => isMessage(item) || 'type' in item);
}

/** Returns the messages, with the system prompt that a request has beside them. */
export function messagesOf(value: JsonObject, omit: OnOmitted): readonly JsonObject[] {
  const { request, messages, input, turns } = listsOf(value);
  const prompt: Json = request.system ?? request.instructions ?? request.system_prompt ?? '';
  const system = systemOf(prompt);
  if (messages.length > 0) return [...system, ...messages];
  if (turns.length > 0) return [...system, ...turns.map(messageOfTurn)];
  return [...system, ...messagesOfItems(input, omit)];
}

function messageOfTurn({ from = '', value = '' }: JsonObject): JsonObject {
  return { role: FROM[String(from)] ?? from, content: value };
}

function listsOf(value: JsonObject) {
  const body = objectIn(value, 'body');
  const request = 'messages' in value || body === undefined ? value : body;
  const conversations = objectsIn(request, 'conversations');
  const text = textIn(request, 'input');
  const first = conversations[0] ?? {};
  return {
    request,
    messages: 'role' in first ? conversations : objectsIn(request, 'messages'),
    turns: 'from' in first ? conversations : [],
    input:
      text !== undefined && 'model' in request
        ? [{ role: 'user', content: text }]
        : objectsIn(request, 'input'),
  };
}
