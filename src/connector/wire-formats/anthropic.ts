import { isRecord, type JsonRecord, parseJson, recordOf, recordsOf, stringOf } from '../../common/json.js';

/** The default limit: this API requires one, a chat completion does not. */
const MAX_TOKENS = 4096;

/** Converts a chat completion's body to Anthropic's Messages API. Unknown members stay unchanged. */
export function toAnthropic(body: JsonRecord): JsonRecord {
  const {
    messages,
    stream_options: _options,
    max_tokens,
    max_completion_tokens,
    stop,
    tools,
    tool_choice,
    ...rest
  } = body;
  const all = recordsOf(messages);
  const isSystem = ({ role }: JsonRecord): boolean => role === 'system' || role === 'developer';
  const system = all
    .filter(isSystem)
    .map(({ content }) => textOf(content))
    .join('\n\n');
  return {
    ...rest,
    ...(system !== '' && { system }),
    messages: joined(all.filter((message) => !isSystem(message)).map(toMessage)),
    max_tokens: max_tokens ?? max_completion_tokens ?? MAX_TOKENS,
    ...(stop !== undefined && { stop_sequences: Array.isArray(stop) ? stop : [stop] }),
    ...(Array.isArray(tools) && { tools: tools.map(toTool) }),
    ...(tool_choice !== undefined && { tool_choice: toChoice(tool_choice) }),
  };
}

interface Message {
  role: unknown;
  content: JsonRecord[];
}

function toMessage({
  role,
  content,
  thinking_blocks: thinking,
  tool_calls: calls,
  tool_call_id: id,
}: JsonRecord): Message {
  if (role === 'tool') {
    return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: textOf(content) }] };
  }
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : recordsOf(content);
  return {
    role,
    content: [
      ...recordsOf(thinking),
      ...parts.filter(({ text }) => text !== '').map(toBlock),
      ...recordsOf(calls).map(toUse),
    ],
  };
}

function toUse({ id, function: called }: JsonRecord): JsonRecord {
  const { name, arguments: args } = recordOf(called);
  return { type: 'tool_use', id, name, input: recordOf(parseJson(stringOf(args))) };
}

function toBlock(part: JsonRecord): JsonRecord {
  if (part.type === 'image_url')
    return { type: 'image', source: sourceOf(stringOf(recordOf(part.image_url).url)) };
  if (part.type === 'file')
    return { type: 'document', source: sourceOf(stringOf(recordOf(part.file).file_data)) };
  return part;
}

function sourceOf(url: string): JsonRecord {
  const [, media_type, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  return data === undefined ? { type: 'url', url } : { type: 'base64', media_type, data };
}

/** Joins consecutive messages of one role, because the API requires alternating roles. */
function joined(messages: readonly Message[]): Message[] {
  const result: Message[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (last !== undefined && last.role === message.role) last.content.push(...message.content);
    else result.push({ role: message.role, content: [...message.content] });
  }
  return result;
}

function toTool(tool: unknown): unknown {
  const { function: declared } = recordOf(tool);
  if (!isRecord(declared)) return tool;
  const { name, description, parameters } = declared;
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: parameters ?? { type: 'object' },
  };
}

function toChoice(choice: unknown): unknown {
  const name = recordOf(recordOf(choice).function).name;
  if (name !== undefined) return { type: 'tool', name };
  if (typeof choice !== 'string') return choice;
  return { type: choice === 'required' ? 'any' : choice };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return recordsOf(content)
    .map(({ text }) => stringOf(text))
    .join('\n');
}
