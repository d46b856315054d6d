import { PARAMETERS, readParameter } from '../../common/chat/parameters.js';
import { memberOf } from '../../common/json.js';
import { closestTo } from '../../common/text/closest.js';
import type { ChatMessage } from '../../connector/messages.js';
import type { ChatOptions } from '../../connector/types.js';
import type { ReadFile } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';

/** The chat's settings, which are sent with every request. */
export interface ChatSettings {
  readonly system?: string | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** Other members of the request's body. */
  readonly body: Readonly<Record<string, unknown>>;
}

export const NO_SETTINGS: ChatSettings = { body: {} };

/** Puts the system prompt in front of the messages. */
export function withSystemPrompt({ system }: ChatSettings, messages: readonly ChatMessage[]): ChatMessage[] {
  return system === undefined ? [...messages] : [{ role: 'system', content: system }, ...messages];
}

/** Returns the messages of a request that are not part of the conversation: the system prompt. */
export function systemOf({ system }: ChatSettings): { messages?: ChatMessage[] } {
  return system === undefined ? {} : { messages: [{ role: 'system', content: system }] };
}

/** Returns the settings as the connector's options. */
export function optionsOf(settings: ChatSettings): Pick<ChatOptions, 'temperature' | 'maxTokens' | 'body'> {
  const { temperature, maxTokens, body } = settings;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(Object.keys(body).length > 0 && { body }),
  };
}

export type SettingChange =
  | { ok: true; settings: ChatSettings; message: string }
  | { ok: false; message: string };

const OFF = /^(?:off|none|default)$/i;
/** Members of the body that the program sets itself. */
const RESERVED = new Set(['model', 'messages', 'stream']);
const NAME = /^[a-z][a-z0-9_]{0,63}$/i;

/** `/system WORDS` sets the prompt and `off` removes it; without an argument it is shown. */
export function setSystem(settings: ChatSettings, argument: string | undefined): SettingChange {
  if (argument === undefined) {
    const { system } = settings;
    return {
      ok: false,
      message: system === undefined ? 'no system prompt: /system WORDS sets one' : `system prompt: ${system}`,
    };
  }
  if (OFF.test(argument)) return done({ ...settings, system: undefined }, 'system prompt removed');
  return done({ ...settings, system: argument }, 'system prompt set, from the next request on');
}

/** `/temperature 0.7` sets it and `off` sends none; without an argument it is shown. */
export function setTemperature(settings: ChatSettings, argument: string | undefined): SettingChange {
  const { temperature } = settings;
  if (argument === undefined)
    return { ok: false, message: `temperature: ${temperature ?? "the provider's"}` };
  if (OFF.test(argument))
    return done({ ...settings, temperature: undefined }, "temperature: the provider's default");
  const value = Number(argument);
  if (!(value >= 0 && value <= 2))
    return {
      ok: false,
      message: `temperature is a number from 0 to 2, or off; not "${sanitizeLine(argument)}"`,
    };
  return done({ ...settings, temperature: value }, `temperature: ${value}`);
}

/**
 * `/set NAME VALUE` reads the value as JSON or else as text. `off` returns to the endpoint's own value and `null` sends
 * no member. Without an argument, all set members are shown.
 */
export function setParameter(settings: ChatSettings, argument: string | undefined): SettingChange {
  if (argument === undefined) return { ok: false, message: described(settings) };
  const [name = '', ...words] = argument.split(/ +/);
  const text = words.join(' ');
  if (!NAME.test(name)) return { ok: false, message: 'usage: /set NAME VALUE, e.g. /set top_p 0.9' };
  if (RESERVED.has(name)) return { ok: false, message: `${name} can't be set: the chat sets it itself` };
  if (text === '') return { ok: false, message: parameterText(settings, name) };
  if (/^off$/i.test(text)) return done(withParameter(settings, name, undefined), `${name}: the endpoint's`);
  const read = readParameter(name, text);
  if (!read.ok) return { ok: false, message: `${read.problem}; not ${sanitizeLine(text.slice(0, 40))}` };
  const { value } = read;
  const said = value === null ? `${name} is not sent` : `${name}: ${shortJson(value)}`;
  return done(withParameter(settings, name, value), `${said}${suggestion(name)}`);
}

/** Returns the known name that is most similar to an unknown one. */
function suggestion(name: string): string {
  const known = PARAMETERS.map((one) => one.name);
  const near = known.includes(name) ? undefined : closestTo(name, known);
  return near === undefined ? '' : `. If you mean ${near}, remove this one: /set ${name} off`;
}

/** Returns the member's value, and the values that it accepts. */
export function parameterText(settings: ChatSettings, name: string): string {
  const value = parametersOf(settings)[name];
  const takes = PARAMETERS.find((one) => one.name === name)?.takes;
  const now = value === undefined ? 'not set' : shortJson(value);
  return takes === undefined ? `${name}: ${now}` : `${name}: ${now}; it takes ${takes}; off, null`;
}

/** Sets a member of the settings; undefined removes it. */
export function withParameter(settings: ChatSettings, name: string, value: unknown): ChatSettings {
  const { [name]: _before, ...others } = settings.body;
  const body = value === undefined ? others : { ...others, [name]: value };
  const number = typeof value === 'number' ? value : undefined;
  if (name === 'temperature')
    return { ...settings, temperature: number, body: number === undefined ? body : others };
  if (name === 'max_tokens')
    return { ...settings, maxTokens: number, body: number === undefined ? body : others };
  return { ...settings, body };
}

/** Returns each set member with a short form of its value. */
export function parameterTexts(settings: ChatSettings): readonly (readonly [name: string, value: string])[] {
  return Object.entries(parametersOf(settings)).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (name === 'tools') return [[name, toolNames(value).join(', ')] as const];
    const type = name === 'response_format' ? memberOf(value, 'type') : undefined;
    return [[name, typeof type === 'string' ? type : shortJson(value)] as const];
  });
}

/** Returns the value as JSON, or a string without its quotes. null means that the member is not sent. */
function shortJson(value: unknown): string {
  if (value === null) return 'not sent';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

const TOOLS_USAGE = '/tools FILE loads a JSON file of tools';

/** `/tools FILE` loads tools and `off` removes them; without an argument their names are shown. */
export function setTools(
  settings: ChatSettings,
  argument: string | undefined,
  read: (path: string) => ReadFile<readonly object[]>,
): SettingChange {
  const { tools, ...body } = settings.body;
  if (argument === undefined) return { ok: false, message: toolsText(tools) };
  if (OFF.test(argument)) return done({ ...settings, body }, 'tools removed');
  const file = read(argument);
  if (!file.ok) return { ok: false, message: file.problem };
  return done({ ...settings, body: { ...body, tools: file.content } }, toolsText(file.content));
}

function toolsText(tools: unknown): string {
  const names = toolNames(tools);
  return names.length === 0 ? `no tools: ${TOOLS_USAGE}` : `tools: ${names.join(', ')}`;
}

function toolNames(tools: unknown): string[] {
  return Array.isArray(tools) ? tools.map(toolName) : [];
}

function toolName(tool: unknown): string {
  const name =
    memberOf(memberOf(tool, 'function'), 'name') ?? memberOf(tool, 'name') ?? memberOf(tool, 'type');
  return String(name);
}

function done(settings: ChatSettings, said: string): SettingChange {
  return { ok: true, settings, message: said };
}

function parametersOf({ temperature, maxTokens, body }: ChatSettings): Record<string, unknown> {
  return { temperature, max_tokens: maxTokens, ...body };
}

function described(settings: ChatSettings): string {
  const set = parameterTexts(settings);
  if (set.length === 0) return 'nothing set: /set NAME VALUE, e.g. /set top_p 0.9';
  return set.map(([name, value]) => `${name}: ${value}`).join('; ');
}
