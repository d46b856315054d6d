import type { Attributes } from '@opentelemetry/api';
import type { ChatMessage } from '../connector/messages.js';
import type { ChatResult } from '../sdk/index.js';

type Part = Readonly<Record<string, unknown>>;

/**
 * Returns the question and the answer in the format of the conventions.
 * @param apart whether the API has instructions outside of the messages
 * @param hide removes keys from a text
 */
export function contentAttributes(
  messages: readonly ChatMessage[],
  answer: Pick<ChatResult, 'text' | 'reasoning' | 'toolCalls' | 'finishReason'>,
  apart: boolean,
  hide: (text: string) => string,
): Attributes {
  const text = (value: unknown): string => hide(typeof value === 'string' ? value : JSON.stringify(value));
  const partsOf = (message: ChatMessage): Part[] => {
    const { role, content } = message;
    if (role === 'tool')
      return [{ type: 'tool_call_response', id: message.tool_call_id, response: text(content) }];
    const calls = role === 'assistant' ? (message.tool_calls ?? []) : [];
    return [
      ...(content === null || content === undefined ? [] : [{ type: 'text', content: text(content) }]),
      ...calls.map(({ id, function: { name, arguments: args } }) => {
        return { type: 'tool_call', id, name, arguments: hide(args) };
      }),
    ];
  };
  const isSystem = ({ role }: ChatMessage): boolean => apart && (role === 'system' || role === 'developer');
  const system = messages.filter(isSystem);
  const input = messages.filter((message) => !isSystem(message));
  const output: Part[] = [
    ...(answer.reasoning === '' ? [] : [{ type: 'reasoning', content: hide(answer.reasoning) }]),
    ...(answer.text === '' ? [] : [{ type: 'text', content: hide(answer.text) }]),
    ...answer.toolCalls.map(({ id, name, arguments: args }) => {
      return { type: 'tool_call', id, name, arguments: hide(args) };
    }),
  ];
  return {
    ...(system.length > 0 && { 'gen_ai.system_instructions': JSON.stringify(system.flatMap(partsOf)) }),
    'gen_ai.input.messages': JSON.stringify(
      input.map((message) => ({ role: message.role, parts: partsOf(message) })),
    ),
    'gen_ai.output.messages': JSON.stringify([
      { role: 'assistant', parts: output, finish_reason: answer.finishReason },
    ]),
  };
}
