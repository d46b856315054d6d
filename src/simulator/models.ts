import { closest } from 'fastest-levenshtein';
import { ApiError } from './api-error.js';
import { LIMITS } from './defaults.js';
import { FAULTS, type Fault } from './faults.js';
import { constant, type Timing, typicalTiming } from './timing.js';

/** What a model's name asks the simulator to do. */
export interface SimulatedModel {
  id: string;
  /** One line for the help. */
  about: string;
  /** `answer`: by the prompt. `echo`: the last user message. `unicode`: the sample of many scripts. */
  says: 'answer' | 'echo' | 'unicode';
  /** Where it differs from the simulator's own. */
  timing?: Partial<Timing>;
  fault?: Fault;
}

/** Names with this prefix mean something here; a mistyped one is told, not served. */
const RESERVED = 'sim-';
const RATE_NAME = /^sim-(\d+)tps$/;

const ORDINARY = 'an ordinary answer at the default pace';

/** Every name with a meaning. Behaviour, `GET /v1/models` and the help are all made from this list. */
export const MODELS: readonly SimulatedModel[] = [
  { id: 'gpt-3.5-turbo', about: ORDINARY, says: 'answer' },
  { id: 'gpt-4', about: ORDINARY, says: 'answer' },
  { id: 'gpt-4o', about: ORDINARY, says: 'answer' },
  { id: 'gpt-4o-mini', about: ORDINARY, says: 'answer' },
  {
    id: 'sim-instant',
    about: 'everything at once',
    says: 'answer',
    timing: { firstToken: constant(0), gap: constant(0) },
  },
  {
    id: 'sim-fast',
    about: 'first token after 80 ms, 200 tokens a second',
    says: 'answer',
    timing: typicalTiming(80, 200),
  },
  {
    id: 'sim-slow',
    about: 'first token after 2.5 s, 12 tokens a second',
    says: 'answer',
    timing: typicalTiming(2500, 12),
  },
  rateModel('sim-400tps', 400, 'evenly, 400 tokens a second; any whole number from 1 to 100000 will do'),
  { id: 'sim-echo', about: 'repeats the last user message', says: 'echo' },
  ...Object.entries(FAULTS).map(
    ([name, { about, fault }]): SimulatedModel => ({
      id: `sim-fault-${name}`,
      about,
      says: name === 'split-utf8' ? 'unicode' : 'answer',
      fault,
    }),
  ),
];

const BY_ID = new Map(MODELS.map((model) => [model.id, model]));

/**
 * What to do for a model's name. A name without a meaning is served as an ordinary model.
 * @throws {ApiError} 404 for a name that begins with `sim-` and is not in the list.
 */
export function resolveModel(id: string): SimulatedModel {
  const known = BY_ID.get(id);
  if (known !== undefined) return known;
  if (!id.startsWith(RESERVED)) return { id, about: ORDINARY, says: 'answer' };
  const rate = Number(RATE_NAME.exec(id)?.[1]);
  if (rate >= 1 && rate <= LIMITS.tokensPerSecond.max) return rateModel(id, rate, `${rate} tokens a second`);
  const asked = id.slice(0, 100);
  const near = closest(asked, [...BY_ID.keys()]);
  throw new ApiError(404, {
    message: `The model '${asked}' does not exist. Did you mean '${near}'? GET /v1/models lists the names.`,
    param: 'model',
    code: 'model_not_found',
  });
}

function rateModel(id: string, tokensPerSecond: number, about: string): SimulatedModel {
  return { id, about, says: 'answer', timing: { gap: constant(1000 / tokensPerSecond) } };
}

/** The list as lines of `name  meaning`, for a help text. */
export function modelHelp(): string {
  const width = Math.max(...MODELS.map(({ id }) => id.length));
  return MODELS.map(({ id, about }) => `  ${id.padEnd(width)}  ${about}`).join('\n');
}
