import { createRandom, type Random } from '../../common/random.js';
import { drawWhole, formatSpread, type Spread } from '../spread.js';
import type { Pace, PromptSource, Turn } from './prompt.js';
import { firstWords, wordsOf } from './words.js';

/** Prompts that are made, each of its own length and words. */
export interface Synthetic {
  readonly input: Spread;
  /** Most tokens of each answer; without it the provider decides. */
  readonly output?: Spread;
  /** Which share of a first prompt's beginning it has in common with others, 0 to 1. */
  readonly sharedPrefix: number;
  /** How many beginnings there are to have in common. */
  readonly prefixes: number;
  readonly seed: number;
}

/** Keeps these draws apart from others that the same seed is used for. */
const SALT = 0x70726f6d;

/** A conversation for each index: words that are about a token each. */
export function createSynthetic(spec: Synthetic, pace: Pick<Pace, 'turns'>): PromptSource {
  const { input, output, sharedPrefix, prefixes } = spec;
  const seed = spec.seed ^ SALT;
  const beginnings = Array.from({ length: prefixes }, (_, number) =>
    createBeginning(createRandom(seed, 2 * number + 1)),
  );
  const turn = (share: number, random: Random): Turn => {
    const length = drawWhole(input, random);
    const maxTokens = output && drawWhole(output, random);
    const common = Math.round(length * share);
    const beginning = share === 0 ? [] : (beginnings[Math.floor(random() * prefixes)]?.first(common) ?? []);
    const content = [...beginning, ...firstWords(wordsOf(random), length - common)].join(' ');
    return { messages: [{ role: 'user', content }], ...(maxTokens !== undefined && { maxTokens }) };
  };
  const groups = prefixes === 1 ? '' : ` of one of ${prefixes} groups`;
  const shared =
    sharedPrefix === 0 ? '' : `, ${Math.round(sharedPrefix * 100)} % of each shared by all${groups}`;
  return {
    text: `synthetic, about ${formatSpread(input)} tokens${shared}`,
    json: {
      source: 'synthetic',
      format: null,
      count: null,
      left_out: 0,
      input_tokens: formatSpread(input),
      output_tokens: output === undefined ? null : formatSpread(output),
      shared_prefix: sharedPrefix,
      prefixes,
    },
    at(index) {
      const random = createRandom(seed, 2 * index);
      const first = turn(sharedPrefix, random);
      return [first, ...Array.from({ length: pace.turns(index) - 1 }, () => turn(0, random))];
    },
  };
}

/** A text whose first words are always the same. */
function createBeginning(random: Random) {
  const words = wordsOf(random);
  const known: string[] = [];
  return {
    first(count: number): readonly string[] {
      if (known.length < count) known.push(...firstWords(words, count - known.length));
      return known.slice(0, count);
    },
  };
}
