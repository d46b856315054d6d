import * as z from 'zod/mini';
import type { ChatRequest, Message, ToolChoice } from '../../chat/chat-request.js';
import { invalidRequest } from '../../chat/invalid-request.js';
import { name } from '../../chat/name-rule.js';
import { parseBody } from '../../chat/parse-body.js';
import { ApiError } from '../../http/api-error.js';

const part = z.object({ type: z.string(), text: z.optional(z.string()) });

const inputItem = z.union([
  z.object({
    type: z.optional(z.literal('message')),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(part)]),
  }),
  z.object({
    type: z.literal('function_call'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({
    type: z.literal('function_call_output'),
    call_id: z.string(),
    output: z.union([z.string(), z.array(part)]),
  }),
  z.object({ type: z.enum(['reasoning', 'item_reference']) }),
]);
type InputItem = z.infer<typeof inputItem>;

const functionTool = z.object({
  type: z.literal('function'),
  name,
  parameters: z.nullish(z.record(z.string(), z.unknown())),
  strict: z.nullish(z.boolean()),
});

/** Tools that OpenAI runs itself, and tools that are not JSON functions. Agents send them with every request. */
const otherTool = z.object({
  type: z.enum([
    'apply_patch',
    'code_interpreter',
    'computer',
    'computer_use_preview',
    'custom',
    'file_search',
    'image_generation',
    'local_shell',
    'mcp',
    'namespace',
    'programmatic_tool_calling',
    'shell',
    'tool_search',
    'web_search',
    'web_search_2025_08_26',
    'web_search_preview',
    'web_search_preview_2025_03_11',
  ]),
});

const body = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(inputItem).check(z.minLength(1))]),
  instructions: z.nullish(z.string()),
  stream: z.nullish(z.boolean()),
  max_output_tokens: z.nullish(z.int().check(z.minimum(16, 'integer'))),
  tools: z.nullish(z.array(z.union([functionTool, otherTool]))),
  tool_choice: z.nullish(
    z.union([
      z.enum(['none', 'auto', 'required']),
      z.object({ type: z.literal('function'), name: z.string() }),
    ]),
  ),
  parallel_tool_calls: z.nullish(z.boolean()),
  text: z.nullish(
    z.object({
      format: z.nullish(
        z.object({
          type: z.enum(['text', 'json_object', 'json_schema']),
          schema: z.nullish(z.record(z.string(), z.unknown())),
        }),
      ),
    }),
  ),
  temperature: z.nullish(z.number().check(z.minimum(0, 'decimal'), z.maximum(2, 'decimal'))),
  top_p: z.nullish(z.number().check(z.minimum(0, 'decimal'), z.maximum(1, 'decimal'))),
  reasoning: z.nullish(z.object({ effort: z.nullish(z.string()), summary: z.nullish(z.string()) })),
  previous_response_id: z.nullish(z.string()),
});
type Body = z.infer<typeof body>;

/**
 * Reads a request of OpenAI's Responses API ("Create a model response").
 * @throws {ApiError} 400 for an invalid body, and for `previous_response_id`, because the simulator stores no responses
 */
export function parseResponsesRequest(text: string): ChatRequest {
  const parsed = body.safeParse(parseBody(text), { reportInput: true });
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  const { data } = parsed;
  if (data.previous_response_id != null) {
    throw new ApiError(400, {
      message: `Previous response with id '${data.previous_response_id.slice(0, 100)}' not found. The simulator stores no responses: send the whole conversation as input.`,
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    });
  }
  return {
    model: data.model,
    messages: messagesOf(data),
    stream: data.stream ?? false,
    includeUsage: true,
    ...(data.max_output_tokens != null && { maxTokens: data.max_output_tokens }),
    stops: [],
    choices: 1,
    // The simulator calls functions only.
    tools: functionsOf(data).map(({ name, parameters }) => ({ name, parameters })),
    toolChoice: toolChoiceOf(data),
    parallelCalls: data.parallel_tool_calls ?? true,
    format: formatOf(data),
  };
}

function messagesOf({ instructions, input }: Body): Message[] {
  const messages: Message[] = instructions == null ? [] : [{ role: 'system', text: instructions }];
  if (typeof input === 'string') return [...messages, { role: 'user', text: input }];
  const called = new Set<string>();
  for (const item of input) {
    if ('call_id' in item && item.type === 'function_call') called.add(item.call_id);
    const message = messageOf(item, called);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

function messageOf(item: InputItem, called: ReadonlySet<string>): Message | undefined {
  if ('role' in item) return { role: item.role, text: textOf(item.content) };
  if (item.type === 'function_call') return { role: 'assistant', text: '' };
  if (item.type !== 'function_call_output') return undefined;
  if (called.has(item.call_id)) return { role: 'tool', text: textOf(item.output) };
  throw new ApiError(400, {
    message: `No tool call found for function call output with call_id ${item.call_id.slice(0, 100)}.`,
    param: 'input',
  });
}

function textOf(content: string | readonly { text?: string | undefined }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('');
}

function functionsOf({ tools }: Body): z.infer<typeof functionTool>[] {
  return (tools ?? []).filter((tool) => tool.type === 'function');
}

function toolChoiceOf(body: Body): ToolChoice {
  const choice = body.tool_choice;
  if (choice == null) return { kind: 'auto' };
  if (typeof choice === 'string') return { kind: choice };
  if (functionsOf(body).some(({ name }) => name === choice.name))
    return { kind: 'function', name: choice.name };
  throw new ApiError(400, {
    message: `Tool choice '${choice.name.slice(0, 64)}' not found in 'tools' parameter.`,
    param: 'tool_choice',
  });
}

function formatOf({ text }: Body): ChatRequest['format'] {
  switch (text?.format?.type) {
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema':
      return { kind: 'schema', schema: text.format.schema ?? {} };
    default:
      return { kind: 'text' };
  }
}
