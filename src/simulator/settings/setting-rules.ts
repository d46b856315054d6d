import { closest } from 'fastest-levenshtein';
import { MAX_SEED } from '../../common/random.js';
import { MAX_OUTPUT_TOKENS } from '../chat/answer-tokens.js';
import { FAULTS } from '../chat/faults.js';
import { HABIT_NAMES } from '../habits/names.js';
import { DISTRIBUTION_SYNTAX, formatDistribution } from '../timing/distribution.js';
import { GAP_SIGMA, gapAt, PROFILES, TTFT_SIGMA } from './profiles.js';
import {
  count,
  number,
  type ReadRecordedTimes,
  readDuration,
  readWeights,
  SettingError,
  type SettingRule,
} from './setting-rule.js';
import { CONTENTS, type Settings } from './settings.js';

const FAULT_NAMES = Object.keys(FAULTS);
const DURATION = `a number of milliseconds from 0 to 600000, or ${DISTRIBUTION_SYNTAX}`;

/** The settings by their name, which is the same for flags, settings files, `PATCH /admin/settings` and `x-sim-…`. */
export const SETTING_RULES: Record<string, SettingRule> = {
  profile: {
    argument: '<name>',
    about: `timing and faults: ${Object.keys(PROFILES).join(', ')} [typical]`,
    expected: `one of ${Object.keys(PROFILES).join(', ')}`,
    read(text) {
      const found = Object.entries(PROFILES).find(([name]) => name === text)?.[1];
      return (
        found && { reasoningTokens: 0, reasoning: 'streamed', habits: 'none', faultRate: 0, ...found.profile }
      );
    },
  },
  ttft: {
    argument: '<ms>',
    about: `time to first token [300]: a mean, or ${DISTRIBUTION_SYNTAX}`,
    expected: DURATION,
    read(text, readTimes) {
      const ttft = readDuration(text, TTFT_SIGMA, (file) => readTimes(file).ttftMs);
      return ttft && { ttft };
    },
    show: ({ ttft }) => formatDistribution(ttft),
  },
  tps: {
    ...number('<number>', 'mean output tokens a second [80]', 0.1, 100_000, (tps) => ({ gap: gapAt(tps) })),
  },
  gap: {
    argument: '<ms>',
    about: 'time between tokens, in the same form as --ttft, instead of --tps',
    expected: DURATION,
    read(text, readTimes) {
      const gap = readDuration(text, GAP_SIGMA, (file) => readTimes(file).gapsMs);
      return gap && { gap };
    },
    show: ({ gap }) => formatDistribution(gap),
  },
  prefill: {
    ...number('<ms>', 'time added to the first token for each prompt token [0]', 0, 1000, (prefill) => ({
      prefill,
    })),
    show: ({ prefill }) => String(prefill),
  },
  slowdown: {
    ...number(
      '<share>',
      'how much each other running answer lengthens all waits, as a share [0]',
      0,
      10,
      (slowdown) => ({
        slowdown,
      }),
    ),
    show: ({ slowdown }) => String(slowdown),
  },
  fault: {
    argument: '<name>',
    about: 'fault of every answer: a name below without sim-fault- [none]',
    expected: `none or one of ${FAULT_NAMES.join(', ')}`,
    read(text) {
      if (text === 'none') return { fault: undefined };
      return Object.hasOwn(FAULTS, text) ? { fault: text } : undefined;
    },
    show: ({ fault }) => fault ?? 'none',
  },
  'fault-rate': {
    ...number('<share>', 'share of answers with one of --faults, from 0 to 1 [0]', 0, 1, (faultRate) => ({
      faultRate,
    })),
    show: ({ faultRate }) => String(faultRate),
  },
  faults: {
    argument: '<list>',
    about: 'the faults of --fault-rate with their weights [429=4,500=1,503=2,reset=1,cut=1]',
    expected: `a list such as 429=2,reset=1 of ${FAULT_NAMES.join(', ')}`,
    read(text) {
      const faults = readWeights(text);
      return faults && { faults };
    },
    show: ({ faults }) => [...faults].map(([name, weight]) => `${name}=${weight}`).join(','),
  },
  content: {
    argument: '<kind>',
    about: `content of the answers: ${CONTENTS.join(', ')} [answer]`,
    expected: `one of ${CONTENTS.join(', ')}`,
    read(text) {
      const content = CONTENTS.find((kind) => kind === text);
      return content && { content };
    },
    show: ({ content }) => content,
  },
  'responses-by': {
    argument: '<how>',
    about:
      'how to choose a file of --responses: prompt (the prompt contains its name, else in turn), turn, chance [prompt]',
    expected: 'prompt, turn or chance',
    read: (text) =>
      text === 'prompt' || text === 'turn' || text === 'chance' ? { responsesBy: text } : undefined,
    show: ({ responsesBy }) => responsesBy,
  },
  text: {
    argument: '<text>',
    about: 'text of every answer',
    expected: 'a text that is not empty',
    read: (text) => (text === '' ? undefined : { text, content: 'fixed' }),
    show: ({ text, content }) => (content === 'fixed' ? text : undefined),
  },
  tokens: {
    ...count('exact length of answers in tokens [any]', 1, MAX_OUTPUT_TOKENS, (tokens) => ({
      tokens,
    })),
    show: ({ tokens }) => tokens?.toString(),
  },
  'reasoning-tokens': {
    ...count('tokens of reasoning before the answer [0]', 0, MAX_OUTPUT_TOKENS, (reasoningTokens) => ({
      reasoningTokens,
    })),
    show: ({ reasoningTokens }) => String(reasoningTokens),
  },
  reasoning: {
    argument: '<how>',
    about: 'streamed, or hidden: reasoning takes time and is counted, but not sent [streamed]',
    expected: 'streamed or hidden',
    read: (text) => (text === 'streamed' || text === 'hidden' ? { reasoning: text } : undefined),
    show: ({ reasoning }) => reasoning,
  },
  habits: {
    argument: '<provider>',
    about: `habits of a provider: ${HABIT_NAMES.join(', ')} [none]`,
    expected: `none or one of ${HABIT_NAMES.join(', ')}`,
    read(text) {
      const habits = ['none' as const, ...HABIT_NAMES].find((name) => name === text);
      return habits && { habits };
    },
    show: ({ habits }) => habits,
  },
  tools: {
    argument: '<when>',
    about: 'call a tool of the request: auto (when the prompt names it), always, never [auto]',
    expected: 'auto, always or never',
    read: (text) => (text === 'auto' || text === 'always' || text === 'never' ? { tools: text } : undefined),
    show: ({ tools }) => tools,
  },
  compat: {
    argument: '<kind>',
    about: 'openai, or rai: streams always, 10-byte pieces, no role, finish_reason or [DONE] [openai]',
    expected: 'openai or rai',
    read: (text) => (text === 'openai' || text === 'rai' ? { compat: text } : undefined),
    show: ({ compat }) => compat,
  },
  'max-concurrent': {
    ...count('most answers at a time; further ones get status 429 [100000]', 1, 100_000, (maxConcurrent) => ({
      maxConcurrent,
    })),
    show: ({ maxConcurrent }) => String(maxConcurrent),
  },
  seed: {
    ...count('the same timing, faults and texts in every run', 0, MAX_SEED, (seed) => ({ seed })),
    show: ({ seed }) => seed?.toString(),
  },
};

const noRecordings =
  (setting: string): ReadRecordedTimes =>
  (file) => {
    throw new SettingError(setting, `'recorded:${file}' works as a flag and in a settings file only.`);
  };

/**
 * Reads settings by name, each as text or as a number.
 * @param readTimes without it, `recorded:FILE` is refused
 * @throws {SettingError} for the first unknown or invalid setting
 */
export function readSettings(
  given: Readonly<Record<string, unknown>>,
  readTimes?: ReadRecordedTimes,
): Partial<Settings> {
  const settings: Partial<Settings> = {};
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(SETTING_RULES, name)) continue;
    const near = closest(name.slice(0, 100), Object.keys(SETTING_RULES));
    throw new SettingError(name, `Unknown setting '${name.slice(0, 100)}'. Did you mean '${near}'?`);
  }
  // Apply settings in the table's order, so that the others can change values from a profile.
  for (const [name, rule] of Object.entries(SETTING_RULES)) {
    const value = given[name];
    if (value === undefined) continue;
    const read =
      typeof value === 'string' || typeof value === 'number'
        ? rule.read(String(value), readTimes ?? noRecordings(name))
        : undefined;
    if (read === undefined) throw new SettingError(name, `It must be ${rule.expected}.`);
    Object.assign(settings, read);
  }
  return settings;
}

/** Returns the settings as texts that `readSettings` can read. */
export function showSettings(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SETTING_RULES).flatMap(([name, { show }]) => {
      const text = show?.(settings);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
