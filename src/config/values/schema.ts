import * as z from 'zod/mini';
import { accessKeys, addressOf, plainUrl } from '../endpoints/access.js';
import { type ApiKey, parseApiKey } from '../endpoints/api-key.js';
import { OPENAI_ORIGIN } from '../endpoints/endpoint-url.js';
import { oneOf, onOff, readText, setting, type Verdict } from './setting.js';
import { discover, idleMs, keyList, longText, milliseconds, number, timeoutMs } from './value-kinds.js';

const text = setting(readText);

// A refused value is not quoted, because it may be the key.
const apiKey = setting((value): Verdict<ApiKey> => {
  return typeof value === 'string'
    ? { value: parseApiKey(value) }
    : { refused: 'must be text; put it in quotes' };
});

const THEMES = ['auto', 'dark', 'light', 'none'] as const;

const theme = oneOf(THEMES);
const motion = oneOf(['full', 'reduced']);

const chatKeys = {
  system: z.optional(longText),
  temperature: z.optional(number(0, 2, false, 'a number from 0 to 2')),
  max_tokens: z.optional(number(1, 10_000_000, true, 'a whole number from 1 on')),
};
const sloKeys = {
  ttft_ms: z.optional(milliseconds),
  tpot_ms: z.optional(milliseconds),
};
const sessionsKeys = {
  save: z._default(onOff, true),
};
/** The time limits of an endpoint; those of `openai` are the default. */
const waitKeys = {
  timeout_ms: z.optional(timeoutMs),
  idle_ms: z.optional(idleMs),
  answer_ms: z.optional(timeoutMs),
};
const openaiKeys = {
  api_key: z.optional(apiKey),
  base_url: z.optional(plainUrl),
  model: z._default(text, 'gpt-3.5-turbo'),
  timeout_ms: z._default(timeoutMs, 60_000),
  idle_ms: z._default(idleMs, 300_000),
  answer_ms: z.optional(timeoutMs),
  ...accessKeys,
};
const runtimeKeys = {
  tenant_id: z._default(text, 'openai-connector'),
  workspace_id: z._default(text, 'default'),
  timeout_ms: z._default(timeoutMs, 60_000),
  socket_path: z.optional(text),
};
const simulatorKeys = {
  enabled: z._default(onOff, true),
  base_url: z._default(plainUrl, 'http://localhost:4545'),
  model: z.optional(text),
  ...waitKeys,
  headers: accessKeys.headers,
  body: accessKeys.body,
  stream: accessKeys.stream,
  adapt: accessKeys.adapt,
  thinking_tags: accessKeys.thinking_tags,
  metrics_url: accessKeys.metrics_url,
};
const profileKeys = {
  base_url: z.optional(plainUrl),
  api_key: z.optional(apiKey),
  model: text,
  ...waitKeys,
  ...accessKeys,
};

const dollars = number(0, 100_000, false, 'US dollars for a million tokens');
/** Prices of one model. */
const prices = z.pipe(
  z.strictObject({
    input: dollars,
    output: dollars,
    cached: z.optional(dollars),
    cache_write: z.optional(dollars),
    reasoning: z.optional(dollars),
  }),
  z.transform(({ cache_write, ...rest }) => ({ ...rest, cacheWrite: cache_write })),
);

const openai = z.pipe(
  z.strictObject(openaiKeys),
  z.transform(({ api_key, base_url, model, timeout_ms, idle_ms, answer_ms, ...access }) => ({
    apiKey: api_key,
    baseUrl: addressOf({ base_url, ...access }) ?? OPENAI_ORIGIN,
    model,
    timeoutMs: timeout_ms,
    idleMs: idle_ms,
    answerMs: answer_ms,
    access,
  })),
);
const runtime = z.pipe(
  z.strictObject(runtimeKeys),
  z.transform((keys) => ({
    tenantId: keys.tenant_id,
    workspaceId: keys.workspace_id,
    timeoutMs: keys.timeout_ms,
    socketPath: keys.socket_path,
  })),
);
const simulator = z.pipe(
  z.strictObject(simulatorKeys),
  z.transform(({ enabled, base_url, model, timeout_ms, idle_ms, answer_ms, ...access }) => ({
    enabled,
    baseUrl: base_url,
    model,
    timeoutMs: timeout_ms,
    idleMs: idle_ms,
    answerMs: answer_ms,
    access,
  })),
);
const profile = z.pipe(
  z.strictObject(profileKeys),
  z.transform((keys, context) => {
    const { api_key, base_url, model, timeout_ms, idle_ms, answer_ms, ...access } = keys;
    const baseUrl = addressOf({ base_url, ...access });
    if (baseUrl === undefined) {
      context.issues.push({ code: 'custom', message: 'is missing', input: keys, path: ['base_url'] });
      return z.NEVER;
    }
    return {
      apiKey: api_key,
      baseUrl,
      model,
      timeoutMs: timeout_ms,
      idleMs: idle_ms,
      answerMs: answer_ms,
      access,
    };
  }),
);

const chat = z.pipe(
  z.strictObject(chatKeys),
  z.transform((keys) => ({
    system: keys.system,
    temperature: keys.temperature,
    maxTokens: keys.max_tokens,
  })),
);
const slo = z.pipe(
  z.strictObject(sloKeys),
  z.transform((keys) => ({ ttftMs: keys.ttft_ms, tpotMs: keys.tpot_ms })),
);

const profileName = z.string().check(
  z.refine((name) => /^[A-Za-z0-9][\w.-]{0,63}$/.test(name), {
    error: 'needs a name of letters, digits, ".", "_" and "-", at most 64',
    abort: true,
  }),
  z.refine((name) => !/^(simulator|openai)$/i.test(name), {
    error: 'needs another name: this one is taken by the endpoint of that name',
  }),
);

/**
 * Converts a tree in the file's format to a {@link Config}. Every setting has a default, except a profile's address and
 * model.
 */
export const configSchema = z.strictObject({
  openai: z.prefault(openai, {}),
  runtime: z.prefault(runtime, {}),
  simulator: z.prefault(simulator, {}),
  chat: z.prefault(chat, {}),
  slo: z.prefault(slo, {}),
  sessions: z.prefault(z.strictObject(sessionsKeys), {}),
  theme: z._default(theme, 'auto'),
  motion: z._default(motion, 'full'),
  mouse: z._default(onOff, true),
  discover: z.prefault(discover, true),
  keys: z.prefault(
    z.pipe(
      z.record(z.string(), keyList),
      z.transform((byAction): ReadonlyMap<string, readonly string[]> => new Map(Object.entries(byAction))),
    ),
    {},
  ),
  prices: z.prefault(
    z.pipe(
      z.record(z.string(), prices),
      z.transform((byModel) => new Map(Object.entries(byModel))),
    ),
    {},
  ),
  profiles: z.prefault(
    z.pipe(
      z.record(profileName, profile),
      z.transform((byName) => new Map(Object.entries(byName))),
    ),
    {},
  ),
});

/** The configuration, complete and checked. */
export type Config = z.output<typeof configSchema>;

/** A further endpoint, under `profiles:`. */
export type Profile = z.output<typeof profile>;

/** The keys of each section, in the order of the display. `profiles` has these once for each name. */
export const KEYS = {
  openai: Object.keys(openaiKeys),
  runtime: Object.keys(runtimeKeys),
  simulator: Object.keys(simulatorKeys),
  chat: Object.keys(chatKeys),
  slo: Object.keys(sloKeys),
  sessions: Object.keys(sessionsKeys),
  profiles: Object.keys(profileKeys),
} as const;

/** The sections that have fixed keys, each once. */
export const SECTIONS = ['openai', 'runtime', 'simulator', 'chat', 'slo', 'sessions'] as const;

/** All keys at the top level of the file. */
export const TOP_LEVEL: readonly string[] = [
  ...Object.keys(KEYS),
  'theme',
  'motion',
  'mouse',
  'discover',
  'keys',
  'prices',
];

/** A profile whose value for one of these keys is missing or wrong can't be used. */
export const REQUIRED_PROFILE_KEYS: readonly string[] = ['base_url', 'model'];
