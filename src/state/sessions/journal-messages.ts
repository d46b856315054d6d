import type { EarlierMessage, EndStatus, QuestionOrResult } from '../../sessions/journal-target.js';
import type { AppState } from '../app-state.js';
import { nodesOf } from '../branches/branches.js';
import type { AssistantMessage, ToolMessage, UserMessage } from '../messages.js';

/** Returns all messages in the form that the journal needs to save them again. */
export function earlierMessages(state: AppState): EarlierMessage[] {
  return nodesOf(state).flatMap(({ message, parent: parentId }) => {
    const { id } = message;
    if (message.role === 'notice') return [];
    if (message.role !== 'assistant') return [{ ...questionOrResult(message), parentId }];
    const { text, refusal } = textOf(message);
    return [{ id, parentId, text, answer: { refusal, ...answerOf(message) } }];
  });
}

/** Returns an answer's text without its refusal, which is saved separately. */
export function textOf({ text, refusal = '' }: AssistantMessage): { text: string; refusal: string } {
  return text.endsWith(refusal)
    ? { text: text.slice(0, text.length - refusal.length), refusal }
    : { text, refusal: '' };
}

/** Returns a question or a tool result as the journal saves it. */
export function questionOrResult(message: UserMessage | ToolMessage): QuestionOrResult {
  const { id, text } = message;
  if (message.role === 'tool') return { id, text, toolCallId: message.call.id };
  return { id, text, ...(message.attachments !== undefined && { attachments: message.attachments }) };
}

function answerOf({
  reasoning,
  toolCalls = [],
  carried,
  status,
  endpoint,
}: AssistantMessage): NonNullable<EarlierMessage['answer']> {
  const running = status.kind === 'streaming' || status.kind === 'elsewhere';
  const ended: EndStatus = running ? 'interrupted' : status.kind;
  const { name, model } = endpoint;
  const kept = carried !== undefined && { carried };
  return { reasoning, toolCalls, ...kept, status: ended, endpoint: name, model };
}
