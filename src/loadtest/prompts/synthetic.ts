import { createRandom, type Random } from '../../common/random.js';
import type { Pace, PromptSource, Turn } from './prompt.js';
import { drawWhole, formatSpread, type Spread } from './spread.js';
import { firstWords, wordsOf } from './words.js';

/** Settings of generated prompts, each with random length and words. */
export interface Synthetic {
  readonly input: Spread;
  /** Largest number of tokens of each answer; without it the provider decides. */
  readonly output?: Spread;
  /** Share of a first prompt that is a prefix shared with other prompts, 0 to 1. */
  readonly sharedPrefix: number;
  /** Number of different shared prefixes. */
  readonly prefixes: number;
  readonly seed: number;
}

/** Makes these draws independent of others with the same seed. */
const SALT = 0x70726f6d;

/** Creates a conversation for each index, from words of about one token each. */
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

/** Creates a text whose first words are always the same. */
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
