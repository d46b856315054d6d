import { closest } from 'fastest-levenshtein';
import { FAULTS } from './chat/faults.js';
import { ApiError } from './http/api-error.js';
import { PROFILES } from './settings/profiles.js';
import type { Settings } from './settings/settings.js';

/** A model name with the behaviour that it selects. */
export interface SimulatedModel {
  id: string;
  /** One line for the help. */
  about: string;
  /** The settings that override the simulator's. */
  settings: Partial<Settings>;
}

/** Names with this prefix are reserved, so that a mistyped name is an error. */
const RESERVED = 'sim-';
const RATE_NAME = /^sim-(\d+)tps$/;
const MAX_RATE = 100_000;

const ORDINARY = 'an ordinary answer at the default pace';

/** All names with a special behaviour. `GET /v1/models` and the help are generated from this list, too. */
export const MODELS: readonly SimulatedModel[] = [
  ...['gpt-3.5-turbo', 'gpt-4', 'gpt-4o', 'gpt-4o-mini'].map((id) => ({ id, about: ORDINARY, settings: {} })),
  ...Object.entries(PROFILES).map(([name, { about, profile }]) => ({
    id: `${RESERVED}${name}`,
    about,
    settings: profile,
  })),
  rateModel(
    'sim-400tps',
    400,
    '400 tokens a second with even gaps; any whole number from 1 to 100000 can replace 400',
  ),
  { id: 'sim-echo', about: 'repeats the last user message', settings: { content: 'echo' } },
  { id: 'sim-lorem', about: 'filler text', settings: { content: 'lorem' } },
  { id: 'sim-tools', about: 'always calls a tool that the request offers', settings: { tools: 'always' } },
  ...Object.entries(FAULTS).map(
    ([name, { about }]): SimulatedModel => ({
      id: `${RESERVED}fault-${name}`,
      about,
      settings: { fault: name, ...(name === 'split-utf8' && { content: 'unicode' }) },
    }),
  ),
];

const BY_ID = new Map(MODELS.map((model) => [model.id, model]));

/**
 * Returns the behaviour for a model name. An unknown name is an ordinary model.
 * @throws {ApiError} 404 for an unknown name that begins with `sim-`
 */
export function resolveModel(id: string): SimulatedModel {
  const known = BY_ID.get(id);
  if (known !== undefined) return known;
  if (!id.startsWith(RESERVED)) return { id, about: ORDINARY, settings: {} };
  const rate = Number(RATE_NAME.exec(id)?.[1]);
  if (rate >= 1 && rate <= MAX_RATE) return rateModel(id, rate, `${rate} tokens a second`);
  const shown = id.slice(0, 100);
  const near = closest(shown, [...BY_ID.keys()]);
  throw new ApiError(404, {
    message: `The model '${shown}' does not exist. Did you mean '${near}'? GET /v1/models lists the names.`,
    param: 'model',
    code: 'model_not_found',
  });
}

function rateModel(id: string, tokensPerSecond: number, about: string): SimulatedModel {
  return { id, about, settings: { gap: { kind: 'constant', ms: 1000 / tokensPerSecond } } };
}

/** Returns the list as lines of `name  description`, for the help. */
export function modelHelp(): string {
  const width = Math.max(...MODELS.map(({ id }) => id.length));
  return MODELS.map(({ id, about }) => `  ${id.padEnd(width)}  ${about}`).join('\n');
}
