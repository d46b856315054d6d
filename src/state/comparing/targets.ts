import type { EndpointInfo, ModeInfo } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';
import type { PickerItem } from '../view/picker.js';
import { modeItems } from '../view/picker.js';

/** The endpoints to compare with the one in use, and how many rounds. */
export type Targets =
  | { readonly ok: true; readonly endpoints: readonly EndpointInfo[]; readonly rounds: number }
  | { readonly ok: false; readonly problem: string };

/** More answers don't fit on a screen, and each one costs money. */
const MAX_SIDES = 8;
const MAX_ROUNDS = 50;

/** Ids of the list's items that are not endpoints. */
export const MODELS_ITEM = '/models';
export const SETUP_ITEM = '/setup';

/**
 * Reads targets such as `groq ollama:llama3 :gpt-4o x5`. These are a mode, another model of a mode, another model of
 * the current endpoint, and the number of rounds.
 * @param words as typed, or ids of the list's items
 */
export function targetsIn(
  words: readonly string[],
  current: EndpointInfo,
  modes: readonly ModeInfo[],
): Targets {
  const endpoints: EndpointInfo[] = [];
  let rounds = 1;
  for (const word of words) {
    const times = /^x(\d{1,3})$/.exec(word)?.[1];
    if (times !== undefined) {
      rounds = Math.min(MAX_ROUNDS, Math.max(1, Number(times)));
      continue;
    }
    const found = targetOf(word, current, modes);
    if (!found.ok) return found;
    const { name, model } = found.endpoint;
    const isKnown = [current, ...endpoints].some((one) => one.name === name && one.model === model);
    if (!isKnown) endpoints.push(found.endpoint);
  }
  if (endpoints.length === 0 && rounds === 1)
    return { ok: false, problem: 'that is the endpoint and model in use: name another one' };
  if (endpoints.length >= MAX_SIDES)
    return { ok: false, problem: `at most ${MAX_SIDES} answers can be compared` };
  return { ok: true, endpoints, rounds };
}

function targetOf(
  word: string,
  current: EndpointInfo,
  modes: readonly ModeInfo[],
): { ok: true; endpoint: EndpointInfo } | { ok: false; problem: string } {
  const whole = modes.find(({ name }) => name === word);
  const colon = word.indexOf(':');
  const [name, model] =
    whole !== undefined || colon < 0 ? [word, ''] : [word.slice(0, colon), word.slice(colon + 1)];
  const mode: ModeInfo | undefined = name === '' ? current : modes.find((one) => one.name === name);
  if (mode === undefined) return { ok: false, problem: `there is no other mode "${sanitizeLine(name)}"` };
  if (mode.problem !== undefined) return { ok: false, problem: mode.problem };
  return { ok: true, endpoint: model === '' ? mode : { ...mode, model } };
}

/** Returns the list's items: other endpoints, other models of the one in use, and how to set up a further endpoint. */
export function compareItems(
  current: EndpointInfo,
  modes: readonly ModeInfo[],
  models: readonly string[] | undefined,
): readonly PickerItem[] {
  const others = modeItems(modes.filter(({ name }) => name !== current.name));
  const usable = others.filter(({ id }) => modes.find(({ name }) => name === id)?.problem === undefined);
  const name = sanitizeLine(current.name);
  return [
    ...usable,
    ...(models === undefined
      ? [{ id: MODELS_ITEM, label: `another model of ${name}`, hint: 'requests the list' }]
      : models
          .filter((model) => model !== current.model)
          .map((model) => ({ id: `:${model}`, label: model, hint: `model of ${name}` }))),
    ...others.filter((item) => !usable.includes(item)),
    { id: SETUP_ITEM, label: 'set up a further endpoint', hint: 'shows how' },
  ];
}

/**
 * Returns the explanation of how to set up a further endpoint.
 * @param program the words that start this program in a shell
 */
export const setupWords = (program: string): string => `You can compare with a further endpoint in three ways:
- At its start, the chat finds model servers on this machine (Ollama, LM Studio, vLLM, llama.cpp, LiteLLM).
- \`${program} endpoints add\` in a shell adds one to the configuration, from a preset such as groq or openrouter. Put its key into its environment variable.
- \`/compare :MODEL\` sends the question to another model of the endpoint in use. \`/compare NAME :MODEL x5\` sends it to several, 5 times each.`;
