import type { ChatMessage, ChatOptions } from '../../connector/types.js';
import type { ReadFile } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';

/** What goes with every request beside the conversation. */
export interface ChatSettings {
  readonly system?: string | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** Further members of the request's body. */
  readonly body: Readonly<Record<string, unknown>>;
}

export const NO_SETTINGS: ChatSettings = { body: {} };

/** The conversation with the system prompt before it. */
export function withSystemPrompt({ system }: ChatSettings, messages: readonly ChatMessage[]): ChatMessage[] {
  return system === undefined ? [...messages] : [{ role: 'system', content: system }, ...messages];
}

/** What of a request's messages the conversation does not have. */
export function systemOf({ system }: ChatSettings): { messages?: ChatMessage[] } {
  return system === undefined ? {} : { messages: [{ role: 'system', content: system }] };
}

/** The settings as the connector takes them. */
export function optionsOf(settings: ChatSettings): Pick<ChatOptions, 'temperature' | 'maxTokens' | 'body'> {
  const { temperature, maxTokens, body } = settings;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(Object.keys(body).length > 0 && { body }),
  };
}

export type SettingChange = { ok: true; settings: ChatSettings; said: string } | { ok: false; said: string };

const OFF = /^(?:off|none|default)$/i;
/** Members of the body that are the program's own. */
const RESERVED = new Set(['model', 'messages', 'stream', 'stream_options']);
const NAME = /^[a-z][a-z0-9_]{0,63}$/i;

/** `/system WORDS`; `off` goes without; nothing tells what is set. */
export function setSystem(settings: ChatSettings, argument: string | undefined): SettingChange {
  if (argument === undefined) {
    const { system } = settings;
    return {
      ok: false,
      said: system === undefined ? 'no system prompt: /system WORDS sets one' : `system prompt: ${system}`,
    };
  }
  if (OFF.test(argument)) return done({ ...settings, system: undefined }, 'no system prompt any more');
  return done({ ...settings, system: argument }, 'system prompt set, from the next request on');
}

/** `/temperature 0.7`; `off` leaves it to the provider; nothing tells what is set. */
export function setTemperature(settings: ChatSettings, argument: string | undefined): SettingChange {
  const { temperature } = settings;
  if (argument === undefined) return { ok: false, said: `temperature: ${temperature ?? "the provider's"}` };
  if (OFF.test(argument)) return done({ ...settings, temperature: undefined }, "temperature: the provider's");
  const value = Number(argument);
  if (!(value >= 0 && value <= 2))
    return {
      ok: false,
      said: `temperature is a number from 0 to 2, or off; not "${sanitizeLine(argument)}"`,
    };
  return done({ ...settings, temperature: value }, `temperature: ${value}`);
}

/** `/set NAME VALUE`, as JSON or else as text; `/set NAME off` leaves it out again; nothing tells what is set. */
export function setParameter(settings: ChatSettings, argument: string | undefined): SettingChange {
  if (argument === undefined) return { ok: false, said: described(settings) };
  const [name = '', ...words] = argument.split(/ +/);
  const text = words.join(' ');
  if (!NAME.test(name)) return { ok: false, said: 'usage: /set NAME VALUE, e.g. /set top_p 0.9' };
  if (RESERVED.has(name)) return { ok: false, said: `${name} can't be set: the chat sets it itself` };
  if (text === '')
    return { ok: false, said: `${name}: ${JSON.stringify(parametersOf(settings)[name]) ?? 'not set'}` };
  if (name === 'temperature') return setTemperature(settings, text);
  if (name === 'max_tokens') return setMaxTokens(settings, text);
  const { [name]: _before, ...others } = settings.body;
  if (OFF.test(text)) return done({ ...settings, body: others }, `${name} is left out`);
  const value = parsedOrText(text);
  return done({ ...settings, body: { ...others, [name]: value } }, `${name}: ${JSON.stringify(value)}`);
}

const TOOLS_USAGE = '/tools FILE loads a JSON file of tools';

/** `/tools FILE`; `off` goes without; nothing tells which are loaded. */
export function setTools(
  settings: ChatSettings,
  argument: string | undefined,
  read: (path: string) => ReadFile<readonly object[]>,
): SettingChange {
  const { tools, ...body } = settings.body;
  if (argument === undefined) return { ok: false, said: toolsSaid(tools) };
  if (OFF.test(argument)) return done({ ...settings, body }, 'no tools any more');
  const file = read(argument);
  if (!file.ok) return { ok: false, said: file.problem };
  return done({ ...settings, body: { ...body, tools: file.content } }, toolsSaid(file.content));
}

function toolsSaid(tools: unknown): string {
  const names = Array.isArray(tools) ? tools.map(toolName) : [];
  return names.length === 0 ? `no tools: ${TOOLS_USAGE}` : `tools: ${names.join(', ')}`;
}

function toolName(tool: unknown): string {
  const name = member(member(tool, 'function'), 'name') ?? member(tool, 'name') ?? member(tool, 'type');
  return String(name);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function setMaxTokens(settings: ChatSettings, text: string): SettingChange {
  if (OFF.test(text)) return done({ ...settings, maxTokens: undefined }, "max_tokens: the provider's");
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    return { ok: false, said: 'max_tokens is a whole number from 1 on, or off' };
  return done({ ...settings, maxTokens: value }, `max_tokens: ${value}`);
}

function done(settings: ChatSettings, said: string): SettingChange {
  return { ok: true, settings, said };
}

function parametersOf({ temperature, maxTokens, body }: ChatSettings): Record<string, unknown> {
  return { temperature, max_tokens: maxTokens, ...body };
}

function described(settings: ChatSettings): string {
  const set = Object.entries(parametersOf(settings)).filter(([, value]) => value !== undefined);
  if (set.length === 0) return 'nothing set: /set NAME VALUE, e.g. /set top_p 0.9';
  return set.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join('; ');
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
