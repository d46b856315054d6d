import * as z from 'zod/mini';
import type { ChatRequest, Message, ToolChoice } from '../../chat/chat-request.js';
import { invalidRequest } from '../../chat/invalid-request.js';
import { parseBody } from '../../chat/parse-body.js';
import { ApiError } from '../../http/api-error.js';
import type { FormatInput } from '../format.js';

/** Anthropic's code for a request that the API cannot answer as part of a stored conversation. */
export const THREADS_UNSUPPORTED = 'thread_unsupported_request';
/** Fewest tokens that a request may grant for thinking. */
const MIN_BUDGET = 1024;

const textBlock = z.object({ type: z.literal('text'), text: z.string() });
const block = z.union([
  textBlock,
  z.object({ type: z.enum(['image', 'document', 'thinking', 'redacted_thinking']) }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: z.string(),
    content: z.nullish(
      z.union([z.string(), z.array(z.object({ type: z.string(), text: z.optional(z.string()) }))]),
    ),
  }),
]);
type Block = z.infer<typeof block>;

const clientTool = z.object({
  name: z
    .string()
    .check(z.regex(/^[\w-]{1,128}$/, "expected a string that matches '^[a-zA-Z0-9_-]{1,128}$'")),
  input_schema: z.record(z.string(), z.unknown()),
});
/** Tools that Anthropic defines, e.g. `web_search_20250305`. They are accepted, and never called. */
const ownTool = z.object({ type: z.string().check(z.regex(/_\d{8}$|^mcp_toolset$/)) });

const conversation = {
  model: z.string(),
  messages: z
    // Claude Code sends instructions as messages, too.
    .array(
      z.object({
        role: z.enum(['user', 'assistant', 'system']),
        content: z.union([z.string(), z.array(block)]),
      }),
    )
    .check(z.minLength(1)),
  system: z.nullish(z.union([z.string(), z.array(textBlock)])),
  tools: z.nullish(z.array(z.union([clientTool, ownTool]))),
};

const countBody = z.object(conversation);
const body = z.object({
  ...conversation,
  max_tokens: z.int().check(z.minimum(1, 'integer')),
  stream: z.nullish(z.boolean()),
  stop_sequences: z.nullish(z.array(z.string())),
  temperature: z.nullish(z.number().check(z.minimum(0, 'decimal'), z.maximum(1, 'decimal'))),
  top_p: z.nullish(z.number().check(z.minimum(0, 'decimal'), z.maximum(1, 'decimal'))),
  thread: z.nullish(z.unknown()),
  output_config: z.nullish(
    z.object({
      format: z.nullish(
        z.object({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) }),
      ),
    }),
  ),
  thinking: z.nullish(z.object({ type: z.string(), budget_tokens: z.optional(z.int()) })),
  tool_choice: z.nullish(
    z.object({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.optional(z.string()),
      disable_parallel_tool_use: z.optional(z.boolean()),
    }),
  ),
});
type Body = z.infer<typeof body>;

/**
 * Reads a request of Anthropic's Messages API ("Create a Message").
 * @throws {ApiError} 400 for an invalid body, or without the header `anthropic-version`
 */
export function parseAnthropicRequest({ headers, body: text }: FormatInput): ChatRequest {
  checkVersion(headers);
  const data = parsed(body, text);
  checkThinking(data);
  if (data.thread != null) {
    // With this code, the official client sends the whole conversation instead.
    const message = 'thread: the simulator stores no messages, send all of them';
    throw new ApiError(400, { message, code: THREADS_UNSUPPORTED });
  }
  const schema = data.output_config?.format?.schema;
  return {
    model: data.model,
    messages: messagesOf(data),
    stream: data.stream ?? false,
    includeUsage: true,
    maxTokens: data.max_tokens,
    stops: (data.stop_sequences ?? []).filter((stop) => stop !== ''),
    choices: 1,
    tools: toolsOf(data).map(({ name, input_schema }) => ({ name, parameters: input_schema })),
    toolChoice: toolChoiceOf(data),
    parallelCalls: data.tool_choice?.disable_parallel_tool_use !== true,
    format: schema === undefined ? { kind: 'text' } : { kind: 'schema', schema },
  };
}

/**
 * Reads the messages of a request that counts tokens.
 * @throws {ApiError} like `parseAnthropicRequest`
 */
export function parseCountRequest({ headers, body: text }: FormatInput): Message[] {
  checkVersion(headers);
  return messagesOf(parsed(countBody, text));
}

function checkThinking({ thinking, max_tokens: most }: Body): void {
  const budget = thinking?.type === 'enabled' ? (thinking.budget_tokens ?? 0) : undefined;
  if (budget === undefined) return;
  if (budget < MIN_BUDGET) {
    const message = `Input should be greater than or equal to ${MIN_BUDGET}`;
    throw new ApiError(400, { message, param: 'thinking.enabled.budget_tokens' });
  }
  if (budget >= most)
    throw new ApiError(400, { message: '`max_tokens` must be greater than `thinking.budget_tokens`.' });
}

function checkVersion(headers: FormatInput['headers']): void {
  if (headers['anthropic-version'] !== undefined) return;
  throw new ApiError(400, { message: 'anthropic-version: header is required' });
}

function parsed<T>(schema: z.ZodMiniType<T>, text: string): T {
  const result = schema.safeParse(parseBody(text), { reportInput: true });
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues);
}

function messagesOf({ system, messages }: Pick<Body, 'system' | 'messages'>): Message[] {
  const read: Message[] = system == null ? [] : [{ role: 'system', text: textOf(system) }];
  const used = new Set<string>();
  for (const [index, { role, content }] of messages.entries()) {
    const blocks: readonly Block[] =
      typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    for (const one of blocks) if (one.type === 'tool_use') used.add(one.id);
    const results = blocks.flatMap((one) => (one.type === 'tool_result' ? [one] : []));
    for (const { tool_use_id: id, content: result } of results) {
      if (!used.has(id)) {
        throw new ApiError(400, {
          message: `messages.${index}.content: unexpected tool_use_id found in tool_result blocks: ${id.slice(0, 100)}. Each tool_result block must have a corresponding tool_use block in the previous message.`,
        });
      }
      read.push({ role: 'tool', text: textOf(result ?? '') });
    }
    const text = textOf(blocks.flatMap((one) => (one.type === 'text' ? [one] : [])));
    if (text !== '' || results.length === 0) read.push({ role, text });
  }
  return read;
}

function textOf(content: string | readonly { text?: string | undefined }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('');
}

/** Returns the tools that the client runs. */
function toolsOf({ tools }: Body): z.infer<typeof clientTool>[] {
  return (tools ?? []).flatMap((tool) => ('input_schema' in tool ? [tool] : []));
}

function toolChoiceOf(data: Body): ToolChoice {
  const { tool_choice: choice } = data;
  switch (choice?.type) {
    case 'any':
      return { kind: 'required' };
    case 'none':
      return { kind: 'none' };
    case 'tool': {
      const { name } = choice;
      if (name !== undefined && toolsOf(data).some((tool) => tool.name === name))
        return { kind: 'function', name };
      throw new ApiError(400, {
        message: `tool_choice.name: Tool '${name ?? ''}' not found in provided tools`,
      });
    }
    default:
      return { kind: 'auto' };
  }
}
