import { isRecord, type JsonRecord, recordOf, recordsOf } from '../../common/json.js';

/** Converts a chat completion's body to OpenAI's Responses API. Unknown members stay unchanged. */
export function toResponses(body: JsonRecord): JsonRecord {
  const {
    messages,
    stream_options: _options,
    max_tokens,
    max_completion_tokens,
    reasoning_effort,
    verbosity,
    response_format,
    tools,
    ...rest
  } = body;
  const limit = max_tokens ?? max_completion_tokens;
  const format = response_format === undefined ? undefined : flattened(response_format, 'json_schema');
  return {
    // Each request carries the whole conversation, so the provider need not store it.
    store: false,
    ...rest,
    input: recordsOf(messages).flatMap(toItems),
    ...(limit !== undefined && { max_output_tokens: limit }),
    ...(reasoning_effort !== undefined && {
      reasoning: { effort: reasoning_effort, ...recordOf(rest.reasoning) },
    }),
    ...((verbosity !== undefined || format !== undefined) && {
      text: { ...(verbosity !== undefined && { verbosity }), ...(format !== undefined && { format }) },
    }),
    ...(Array.isArray(tools) && { tools: tools.map((tool) => flattened(tool, 'function')) }),
  };
}

function toItems({ role, content, tool_calls: calls, tool_call_id: id }: JsonRecord): JsonRecord[] {
  if (role === 'tool') return [{ type: 'function_call_output', call_id: id, output: content }];
  const output = role === 'assistant';
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : recordsOf(content);
  const items = parts.map((part) => toPart(part, output));
  return [
    ...(items.length === 0 ? [] : [{ role, content: items }]),
    ...recordsOf(calls).map(({ id: call_id, function: called }) => {
      const { name, arguments: args } = recordOf(called);
      return { type: 'function_call', call_id, name, arguments: args };
    }),
  ];
}

function toPart(part: JsonRecord, output: boolean): JsonRecord {
  const { type, text } = part;
  if (type === 'text') return { type: output ? 'output_text' : 'input_text', text };
  if (type === 'image_url') {
    const { url, detail = 'auto' } = recordOf(part.image_url);
    return { type: 'input_image', image_url: url, detail };
  }
  return type === 'file' ? { type: 'input_file', ...recordOf(part.file) } : part;
}

/** Converts `{type, function: {name, …}}` to `{type, name, …}`. */
function flattened(value: unknown, member: string): unknown {
  if (!isRecord(value) || !isRecord(value[member])) return value;
  return { type: value.type, ...recordOf(value[member]) };
}
