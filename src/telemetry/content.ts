import type { Attributes } from '@opentelemetry/api';
import type { ChatMessage } from '../connector/types.js';
import type { ChatResult } from '../sdk/index.js';

type Part = Readonly<Record<string, unknown>>;

/** What was asked and answered, in the form of the conventions. @param hide takes keys out of a text */
export function contentAttributes(
  messages: readonly ChatMessage[],
  answer: Pick<ChatResult, 'text' | 'reasoning' | 'toolCalls' | 'finishReason'>,
  hide: (text: string) => string,
): Attributes {
  const text = (value: unknown): string => hide(typeof value === 'string' ? value : JSON.stringify(value));
  const partsOf = ({ role, content }: ChatMessage): Part[] => {
    if (role === 'tool') return [{ type: 'tool_call_response', result: text(content) }];
    return content === null || content === undefined ? [] : [{ type: 'text', content: text(content) }];
  };
  const system = messages.filter(({ role }) => role === 'system');
  const input = messages.filter(({ role }) => role !== 'system');
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
