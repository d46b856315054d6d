import { ApiError } from '../http/api-error.js';
import { type ChatBody, chatBody } from './chat-body.js';
import { invalidRequest } from './invalid-request.js';
import { parseBody } from './parse-body.js';
import { checkStrictSchema } from './strict-schema.js';

export interface Message {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  text: string;
}

/** A function that the request offers; `parameters` is a JSON schema. */
export interface Tool {
  name: string;
  parameters: unknown;
}

export type ToolChoice = { kind: 'none' | 'auto' | 'required' } | { kind: 'function'; name: string };

type ChatTool = NonNullable<ChatBody['tools']>[number];
type ChatFunction = Extract<ChatTool, { type: 'function' }>['function'];

/** A checked request for a chat completion. */
export interface ChatRequest {
  model: string;
  messages: readonly Message[];
  stream: boolean;
  includeUsage: boolean;
  maxTokens?: number;
  /** The answer ends before the first of these sequences. */
  stops: readonly string[];
  /** The number of choices to generate. */
  choices: number;
  /** The tools that the answer may call. */
  tools: readonly Tool[];
  toolChoice: ToolChoice;
  /** Whether an answer may call several functions. */
  parallelCalls: boolean;
  /** Set when each token needs its log probability and those of the `top` likeliest tokens. */
  logprobs?: { top: number };
  /** Requests with the same seed get the same answer. */
  seed?: number;
  format: { kind: 'text' | 'json' } | { kind: 'schema'; schema: unknown };
}

/**
 * Parses the body of a chat completion request.
 * @throws {ApiError} 400, with the message of OpenAI's API for that mistake if it is known
 */
export function parseChatRequest(text: string): ChatRequest {
  const parsed = chatBody.safeParse(parseBody(text), { reportInput: true });
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  const { data } = parsed;
  if (data.model.trim() === '') throw new ApiError(400, { message: 'you must provide a model parameter' });
  checkCombinations(data);
  checkStrictSchemas(data);
  const maxTokens = data.max_completion_tokens ?? data.max_tokens;
  const messages = data.messages.map(toMessage);
  checkToolMessages(data.messages);
  return {
    model: data.model,
    messages,
    stream: data.stream ?? false,
    includeUsage: data.stream_options?.include_usage ?? false,
    ...(maxTokens != null && { maxTokens }),
    stops: [data.stop ?? []].flat().filter((stop) => stop !== ''),
    choices: data.n ?? 1,
    tools: allowedTools(data).map(({ name, parameters }) => ({ name, parameters })),
    toolChoice: toToolChoice(data),
    parallelCalls: data.parallel_tool_calls ?? true,
    format: toFormat(data.response_format, messages),
    ...(data.logprobs === true && { logprobs: { top: data.top_logprobs ?? 0 } }),
    ...(data.seed != null && { seed: data.seed }),
  };
}

/** Checks members that OpenAI accepts only in certain combinations. */
function checkCombinations(data: ChatBody): void {
  const onlyWith = (param: string, other: string): ApiError =>
    new ApiError(400, {
      message: `The '${param}' parameter is only allowed when '${other}' is enabled.`,
      param,
    });
  if (data.stream_options != null && data.stream !== true) throw onlyWith('stream_options', 'stream');
  if (data.top_logprobs != null && data.logprobs !== true) throw onlyWith('top_logprobs', 'logprobs');
  if (data.max_tokens != null && data.max_completion_tokens != null) {
    throw new ApiError(400, {
      message: "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      param: 'max_tokens',
      code: 'invalid_parameter_combination',
    });
  }
}

/** Checks that schemas with `strict` have the narrower form. */
function checkStrictSchemas({ response_format: format, tools }: ChatBody): void {
  const given = format?.json_schema;
  if (given?.strict === true) {
    checkStrictSchema(given.schema ?? {}, `response_format '${given.name}'`, 'response_format');
  }
  for (const [index, one] of (tools ?? []).entries()) {
    if (one.type !== 'function') continue;
    const tool = one.function;
    if (tool.strict !== true || tool.parameters == null) continue;
    checkStrictSchema(tool.parameters, `function '${tool.name}'`, `tools[${index}].function.parameters`);
  }
}

function toMessage({ role, content }: ChatBody['messages'][number], index: number): Message {
  if (content == null && role !== 'assistant') throw missing(`messages[${index}].content`);
  if (content == null) return { role, text: '' };
  if (typeof content === 'string') return { role, text: content };
  return { role, text: content.map((piece) => piece.text ?? '').join('') };
}

/** Checks that each tool result belongs to an earlier call. */
function checkToolMessages(messages: ChatBody['messages']): void {
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

/** Returns the functions that the answer may call. */
function allowedTools({ tools, tool_choice: choice }: ChatBody): ChatFunction[] {
  const all = functionsIn(tools);
  if (choice == null || typeof choice === 'string' || choice.type === 'function') return all;
  return choice.allowed_tools.tools.map(({ function: { name } }) => toolNamed(name, all));
}

function functionsIn(tools: ChatBody['tools']): ChatFunction[] {
  return (tools ?? []).flatMap((tool) => (tool.type === 'function' ? [tool.function] : []));
}

function toToolChoice({ tools, tool_choice: choice }: ChatBody): ToolChoice {
  if (choice != null && tools == null) {
    throw new ApiError(400, {
      message: "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      param: 'tool_choice',
    });
  }
  if (choice == null) return { kind: 'auto' };
  if (typeof choice === 'string') return { kind: choice };
  if (choice.type === 'allowed_tools') return { kind: choice.allowed_tools.mode };
  return { kind: 'function', name: toolNamed(choice.function.name, functionsIn(tools)).name };
}

function toolNamed(name: string, tools: readonly ChatFunction[]): ChatFunction {
  const found = tools.find((tool) => tool.name === name);
  if (found !== undefined) return found;
  throw new ApiError(400, {
    message: `Tool choice '${name.slice(0, 64)}' not found in 'tools' parameter.`,
    param: 'tool_choice',
  });
}

function toFormat(given: ChatBody['response_format'], messages: readonly Message[]): ChatRequest['format'] {
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
