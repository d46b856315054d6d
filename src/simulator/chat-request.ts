import * as z from 'zod/mini';
import { ApiError } from './api-error.js';
import { invalidRequest } from './invalid-request.js';

export interface Message {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  text: string;
}

/** A function the request offers; `parameters` is a JSON schema. */
export interface Tool {
  name: string;
  parameters: unknown;
}

export type ToolChoice = { kind: 'none' | 'auto' | 'required' } | { kind: 'function'; name: string };

/** A chat completion request, checked. */
export interface ChatRequest {
  model: string;
  messages: readonly Message[];
  stream: boolean;
  includeUsage: boolean;
  maxTokens?: number;
  /** The answer ends before the first of these. */
  stops: readonly string[];
  /** How many answers are wanted. */
  choices: number;
  tools: readonly Tool[];
  toolChoice: ToolChoice;
  format: { kind: 'text' | 'json' } | { kind: 'schema'; schema: unknown };
}

const part = z.object({ type: z.string(), text: z.optional(z.string()) });

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.nullish(z.union([z.string(), z.array(part)])),
  tool_calls: z.nullish(z.array(z.object({ id: z.string() }))),
  tool_call_id: z.nullish(z.string()),
});

const functionTool = z.object({
  type: z.enum(['function']),
  function: z.object({
    name: z
      .string()
      .check(z.regex(/^[\w-]{1,64}$/, "expected a string that matches '^[a-zA-Z0-9_-]{1,64}$'")),
    parameters: z.nullish(z.record(z.string(), z.unknown())),
  }),
});

const within = (from: number, to: number) => z.nullish(z.number().check(z.minimum(from), z.maximum(to)));
const count = z.nullish(z.int().check(z.minimum(1)));

// Members that change nothing here are checked where OpenAI documents a range, and otherwise let through.
const body = z.object({
  model: z.string(),
  messages: z.array(message).check(z.minLength(1)),
  stream: z.nullish(z.boolean()),
  stream_options: z.nullish(z.object({ include_usage: z.nullish(z.boolean()) })),
  max_tokens: count,
  max_completion_tokens: count,
  stop: z.nullish(z.union([z.string(), z.array(z.string()).check(z.maxLength(4))])),
  n: z.nullish(z.int().check(z.minimum(1), z.maximum(128))),
  tools: z.nullish(z.array(functionTool).check(z.maxLength(128))),
  tool_choice: z.nullish(
    z.union([
      z.enum(['none', 'auto', 'required']),
      z.object({ type: z.enum(['function']), function: z.object({ name: z.string() }) }),
    ]),
  ),
  response_format: z.nullish(
    z.object({
      type: z.enum(['text', 'json_object', 'json_schema']),
      json_schema: z.nullish(
        z.object({ name: z.string(), schema: z.nullish(z.record(z.string(), z.unknown())) }),
      ),
    }),
  ),
  temperature: within(0, 2),
  top_p: within(0, 1),
  presence_penalty: within(-2, 2),
  frequency_penalty: within(-2, 2),
});
type Body = z.infer<typeof body>;

/**
 * Reads a chat completion request from its body's text.
 * @throws {ApiError} 400, with the message OpenAI's API gives for that mistake where it is known.
 */
export function parseChatRequest(text: string): ChatRequest {
  const parsed = body.safeParse(parseJson(text), { reportInput: true });
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  const { data } = parsed;
  if (data.model.trim() === '') throw new ApiError(400, { message: 'you must provide a model parameter' });
  const stream = data.stream ?? false;
  if (data.stream_options != null && !stream) {
    throw new ApiError(400, {
      message: "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      param: 'stream_options',
    });
  }
  const maxTokens = data.max_completion_tokens ?? data.max_tokens;
  const messages = data.messages.map(toMessage);
  checkToolMessages(data.messages);
  return {
    model: data.model,
    messages,
    stream,
    includeUsage: data.stream_options?.include_usage ?? false,
    ...(maxTokens != null && { maxTokens }),
    stops: [data.stop ?? []].flat().filter((stop) => stop !== ''),
    choices: data.n ?? 1,
    tools: (data.tools ?? []).map(({ function: { name, parameters } }) => ({ name, parameters })),
    toolChoice: toToolChoice(data),
    format: toFormat(data.response_format, messages),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(400, { message: `We could not parse the JSON body of your request: ${reason}` });
  }
}

function toMessage({ role, content }: Body['messages'][number], index: number): Message {
  if (content == null && role !== 'assistant') throw missing(`messages[${index}].content`);
  if (content == null) return { role, text: '' };
  if (typeof content === 'string') return { role, text: content };
  return { role, text: content.map((piece) => piece.text ?? '').join('') };
}

/** A tool's result must answer a call that was made. */
function checkToolMessages(messages: Body['messages']): void {
  const called = new Set<string>();
  for (const [index, { role, tool_calls, tool_call_id }] of messages.entries()) {
    for (const { id } of tool_calls ?? []) called.add(id);
    if (role !== 'tool') continue;
    if (tool_call_id == null) throw missing(`messages[${index}].tool_call_id`);
    if (!called.has(tool_call_id)) {
      throw new ApiError(400, {
        message:
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
        param: `messages.[${index}].role`,
      });
    }
  }
}

function toToolChoice({ tools, tool_choice: choice }: Body): ToolChoice {
  if (choice != null && tools == null) {
    throw new ApiError(400, {
      message: "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      param: 'tool_choice',
    });
  }
  if (choice == null) return { kind: 'auto' };
  if (typeof choice === 'string') return { kind: choice };
  const { name } = choice.function;
  if (tools?.some((tool) => tool.function.name === name)) return { kind: 'function', name };
  throw new ApiError(400, {
    message: `Tool choice '${name.slice(0, 64)}' not found in 'tools' parameter.`,
    param: 'tool_choice',
  });
}

function toFormat(given: Body['response_format'], messages: readonly Message[]): ChatRequest['format'] {
  switch (given?.type) {
    case 'json_object':
      if (messages.some(({ text }) => /json/i.test(text))) return { kind: 'json' };
      throw new ApiError(400, {
        message:
          "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        param: 'messages',
      });
    case 'json_schema':
      if (given.json_schema == null) throw missing('response_format.json_schema');
      return { kind: 'schema', schema: given.json_schema.schema ?? {} };
    default:
      return { kind: 'text' };
  }
}

function missing(param: string): ApiError {
  return new ApiError(400, {
    message: `Missing required parameter: '${param}'.`,
    param,
    code: 'missing_required_parameter',
  });
}
