import * as z from 'zod/mini';
import { ApiError } from './api-error.js';
import { invalidRequest } from './invalid-request.js';

export interface Message {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool' | 'function';
  text: string;
}

/** A chat completion request, checked. */
export interface ChatRequest {
  model: string;
  messages: readonly Message[];
  stream: boolean;
  includeUsage: boolean;
  maxTokens?: number;
  /** The answer ends before the first of these. */
  stops: readonly string[];
}

const part = z.object({ type: z.string(), text: z.optional(z.string()) });

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.nullish(z.union([z.string(), z.array(part)])),
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
  temperature: within(0, 2),
  top_p: within(0, 1),
  presence_penalty: within(-2, 2),
  frequency_penalty: within(-2, 2),
});

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
  if ((data.n ?? 1) > 1) {
    throw new ApiError(400, {
      message: `The simulator gives one choice: 'n' must be 1, but ${data.n} was asked for.`,
      param: 'n',
      code: 'unsupported_value',
    });
  }
  const maxTokens = data.max_completion_tokens ?? data.max_tokens;
  return {
    model: data.model,
    messages: data.messages.map(toMessage),
    stream,
    includeUsage: data.stream_options?.include_usage ?? false,
    ...(maxTokens != null && { maxTokens }),
    stops: [data.stop ?? []].flat().filter((stop) => stop !== ''),
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

function toMessage({ role, content }: z.infer<typeof message>, index: number): Message {
  if (content == null && role !== 'assistant') {
    const param = `messages[${index}].content`;
    throw new ApiError(400, {
      message: `Missing required parameter: '${param}'.`,
      param,
      code: 'missing_required_parameter',
    });
  }
  if (content == null) return { role, text: '' };
  if (typeof content === 'string') return { role, text: content };
  return { role, text: content.map((piece) => piece.text ?? '').join('') };
}
