import type { Answer } from '../../chat/answer.js';
import { type ChoiceTokens, choiceOf } from '../../chat/answer-tokens.js';
import type { TokenUsage } from '../../chat/completion.js';

/** One member of a response's `output`. */
export type OutputItem =
  | { type: 'reasoning'; id: string; summary: readonly { type: 'summary_text'; text: string }[] }
  | {
      type: 'message';
      id: string;
      status: ItemStatus;
      role: 'assistant';
      content: readonly {
        type: 'output_text';
        text: string;
        annotations: readonly [];
        logprobs: readonly [];
      }[];
    }
  | {
      type: 'function_call';
      id: string;
      call_id: string;
      name: string;
      arguments: string;
      status: ItemStatus;
    };
type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/** Returns the `response` object of OpenAI's Responses API. `output` is empty before the answer. */
export function responseObject(
  { identity, usage }: Answer,
  status: 'in_progress' | 'completed' | 'incomplete',
  output: readonly OutputItem[],
): unknown {
  return {
    id: identity.id,
    object: 'response',
    created_at: identity.created,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: identity.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: status === 'in_progress' ? null : usageOf(usage),
    user: null,
  };
}

/** Returns the usage with the member names of the Responses API. */
function usageOf(usage: TokenUsage): unknown {
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: usage.prompt_tokens_details.cached_tokens },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details.reasoning_tokens },
    total_tokens: usage.total_tokens,
  };
}

/** Returns the finished output of an answer, in order. `idOf` returns the id for the item at an index. */
export function outputOf(
  choice: ChoiceTokens,
  idOf: (prefix: string, index: number) => string,
): OutputItem[] {
  const { reasoning, text, calls, finishReason } = choiceOf(choice);
  const status = finishReason === 'length' ? 'incomplete' : 'completed';
  const items: OutputItem[] = [];
  if (reasoning !== '') {
    items.push({
      type: 'reasoning',
      id: idOf('rs', 0),
      summary: [{ type: 'summary_text', text: reasoning }],
    });
  }
  if (text !== '' || calls.length === 0) {
    const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }] as const;
    items.push({ type: 'message', id: idOf('msg', items.length), status, role: 'assistant', content });
  }
  for (const { id, name, arguments: args } of calls) {
    items.push({
      type: 'function_call',
      id: idOf('fc', items.length),
      call_id: id,
      name,
      arguments: args,
      status,
    });
  }
  return items;
}
