import * as z from 'zod/mini';
import { name } from './name-rule.js';

const part = z.object({ type: z.string(), text: z.optional(z.string()) });

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.nullish(z.union([z.string(), z.array(part)])),
  tool_calls: z.nullish(z.array(z.object({ id: z.string() }))),
  tool_call_id: z.nullish(z.string()),
});

const functionTool = z.object({
  type: z.literal('function'),
  function: z.object({
    name,
    parameters: z.nullish(z.record(z.string(), z.unknown())),
    strict: z.nullish(z.boolean()),
  }),
});

/** A tool whose input is a text. It is accepted, and never called. */
const customTool = z.object({ type: z.enum(['custom']), custom: z.object({ name }) });

const namedTool = z.object({ function: z.object({ name: z.string() }) });

const allowedTools = z.object({
  type: z.literal('allowed_tools'),
  allowed_tools: z.object({ mode: z.enum(['auto', 'required']), tools: z.array(namedTool) }),
});

// The message of a bound names the kind of number, as in OpenAI's messages; see invalid-request.ts.
const between = (from: number, to: number) =>
  z.number().check(z.minimum(from, 'decimal'), z.maximum(to, 'decimal'));
const count = (from: number, to: number) =>
  z.nullish(z.int().check(z.minimum(from, 'integer'), z.maximum(to, 'integer')));
const within = (from: number, to: number) => z.nullish(between(from, to));

// Members without an effect here are checked if OpenAI documents a range, and accepted otherwise.
export const chatBody = z.object({
  model: z.string(),
  messages: z.array(message).check(z.minLength(1)),
  stream: z.nullish(z.boolean()),
  stream_options: z.nullish(z.object({ include_usage: z.nullish(z.boolean()) })),
  max_tokens: count(1, Number.MAX_SAFE_INTEGER),
  max_completion_tokens: count(1, Number.MAX_SAFE_INTEGER),
  stop: z.nullish(z.union([z.string(), z.array(z.string()).check(z.maxLength(4))])),
  n: count(1, 128),
  tools: z.nullish(z.array(z.union([functionTool, customTool])).check(z.maxLength(128))),
  tool_choice: z.nullish(
    z.union([
      z.enum(['none', 'auto', 'required']),
      z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
      allowedTools,
    ]),
  ),
  parallel_tool_calls: z.nullish(z.boolean()),
  response_format: z.nullish(
    z.object({
      type: z.enum(['text', 'json_object', 'json_schema']),
      json_schema: z.nullish(
        z.object({
          name,
          schema: z.nullish(z.record(z.string(), z.unknown())),
          strict: z.nullish(z.boolean()),
        }),
      ),
    }),
  ),
  logprobs: z.nullish(z.boolean()),
  top_logprobs: count(0, 20),
  seed: z.nullish(z.int()),
  user: z.nullish(z.string()),
  logit_bias: z.nullish(z.record(z.string(), between(-100, 100))),
  temperature: within(0, 2),
  top_p: within(0, 1),
  presence_penalty: within(-2, 2),
  frequency_penalty: within(-2, 2),
});
export type ChatBody = z.infer<typeof chatBody>;
