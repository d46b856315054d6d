import type { WireFormat } from '../common/chat/wire-formats.js';
import { isRecord, type JsonRecord } from '../common/json.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import type { ChatMessage } from './messages.js';
import type { RequestOptions } from './types.js';
import { toAnthropic } from './wire-formats/anthropic.js';
import { toResponses } from './wire-formats/responses.js';

const TRANSLATIONS: Readonly<Record<WireFormat, (body: JsonRecord) => JsonRecord>> = {
  'chat-completions': (body) => body,
  responses: toResponses,
  anthropic: toAnthropic,
};

/** Converts a chat completion's body to the endpoint's wire format. */
export function translated({ access }: Endpoint, body: JsonRecord): JsonRecord {
  return TRANSLATIONS[access.api](body);
}

/** Converts a chat completion's messages to the members that hold the conversation in this wire format. */
export function conversationIn(api: string, messages: readonly unknown[]): JsonRecord {
  const [, translate] = Object.entries(TRANSLATIONS).find(([name]) => name === api) ?? [];
  const { messages: converted, input } = (translate ?? TRANSLATIONS['chat-completions'])({ messages });
  return input === undefined ? { messages: converted } : { input };
}

/** Returns the members that the configuration or the caller set, each with the settings that change it. */
export function settingsOf({ access }: Endpoint, options: RequestOptions): Map<string, string> {
  const places = new Map(
    [...Object.keys(access.body), ...Object.keys(options.body ?? {})].map((name) => [
      name,
      `body.${name} of the endpoint, --set ${name}=null or /set ${name} off`,
    ]),
  );
  if (options.temperature !== undefined)
    places.set('temperature', 'chat.temperature, --temperature or /temperature off');
  if (options.maxTokens !== undefined)
    places.set('max_tokens', 'chat.max_tokens, --max-tokens or /set max_tokens off');
  return places;
}

/**
 * Builds the body of a chat completion from the program's members, then the endpoint's, then the caller's. Null from
 * the endpoint or the caller removes a member. `system_role` is a setting and is not sent: with `developer`, the system
 * prompt gets that role.
 */
export function requestBody(
  { access }: Endpoint,
  model: string,
  messages: readonly ChatMessage[],
  options: RequestOptions & { stream: boolean },
): JsonRecord {
  const own: JsonRecord = {
    model,
    messages,
    stream: options.stream,
    ...(options.stream && { stream_options: { include_usage: true } }),
    ...(options.temperature !== undefined && { temperature: options.temperature }),
    ...(options.maxTokens !== undefined && { max_tokens: options.maxTokens }),
  };
  const { system_role: role, ...body } = { ...mergePatch(own, access.body), ...options.body };
  const sent = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  return role === 'developer' ? { ...sent, messages: messages.map(fromDeveloper) } : sent;
}

function fromDeveloper(message: ChatMessage): ChatMessage {
  return message.role === 'system' ? { ...message, role: 'developer' } : message;
}

/** Applies a merge patch (RFC 7396): null removes a member, an object is merged, any other value replaces. */
function mergePatch(target: JsonRecord, patch: JsonRecord): JsonRecord {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const before = merged.get(name);
    if (value === null) merged.delete(name);
    else merged.set(name, isRecord(value) ? mergePatch(isRecord(before) ? before : {}, value) : value);
  }
  return Object.fromEntries(merged);
}
