import { isBeside, reasoningTokensOf, type TokenCounts } from './delivered.js';

/** What an answer cost, about: list prices, without discounts, taxes and fees. */
export interface Cost {
  usd: number;
  /** The day of the price table (`2026-09-23`), or `config` for prices of the configuration. */
  asOf: string;
}

/** What several answers cost. */
export interface Spent {
  /** Of those whose price is known; absent where none is. */
  cost?: Cost;
  /** Answers with output whose price is not known. */
  unpriced: number;
}

/** US dollars for a million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
  /** For prompt tokens that are read from the cache or written to it; the price of `input` by default. */
  cached?: number | undefined;
  cacheWrite?: number | undefined;
  /** For reasoning tokens; the price of `output` by default. */
  reasoning?: number | undefined;
}

/** Token counts as they are billed: the parts are within `input` and `output`. */
export interface BilledTokens {
  input: number;
  cached: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
}

const MILLION = 1e6;

/** The tokens that are billed. Reasoning that is counted beside the completion tokens is output, too. */
export function billedTokens(counts: TokenCounts): BilledTokens {
  const { promptTokens, completionTokens, cachedTokens = 0, cacheWriteTokens = 0 } = counts;
  const reasoning = reasoningTokensOf(counts);
  const cached = Math.min(cachedTokens, promptTokens);
  return {
    input: promptTokens,
    cached,
    cacheWrite: Math.min(cacheWriteTokens, promptTokens - cached),
    output: completionTokens + (isBeside(counts, reasoning) ? reasoning : 0),
    reasoning,
  };
}

/** The cost in US dollars by prices of one's own. */
export function costBy(prices: TokenPrices, tokens: BilledTokens): number {
  const { input, output, cached = input, cacheWrite = input, reasoning = output } = prices;
  const plainInput = tokens.input - tokens.cached - tokens.cacheWrite;
  const plainOutput = tokens.output - tokens.reasoning;
  const sum =
    plainInput * input +
    tokens.cached * cached +
    tokens.cacheWrite * cacheWrite +
    plainOutput * output +
    tokens.reasoning * reasoning;
  return sum / MILLION;
}

/** The sum of costs; undefined where none is known. Of two tables the older day stands. */
export function sumOfCosts(costs: readonly (Cost | undefined)[]): Cost | undefined {
  let sum: Cost | undefined;
  for (const cost of costs) {
    if (cost === undefined) continue;
    const asOf = sum === undefined || cost.asOf < sum.asOf ? cost.asOf : sum.asOf;
    sum = { usd: (sum?.usd ?? 0) + cost.usd, asOf };
  }
  return sum;
}

/** The sum over answers; `billed`: the provider charges for it, whether its price is known or not. */
export function spentOn(answers: readonly { cost: Cost | undefined; billed: boolean }[]): Spent {
  const cost = sumOfCosts(answers.map((answer) => answer.cost));
  const unpriced = answers.filter((answer) => answer.billed && answer.cost === undefined).length;
  return { ...(cost !== undefined && { cost }), unpriced };
}

/** `~$0.0012`: two digits that mean something below a cent, cents above. */
export function costText({ usd }: Pick<Cost, 'usd'>): string {
  if (usd <= 0) return '~$0';
  if (usd >= 0.1) return `~$${usd.toFixed(2)}`;
  const digits = Math.min(9, 1 - Math.floor(Math.log10(usd)));
  return `~$${usd.toFixed(digits)}`;
}

/** The same for a narrow place: a `+` after the sum of a part. */
export function spentText({ usd }: Pick<Cost, 'usd'>, unpriced: number): string {
  return `${costText({ usd })}${unpriced > 0 ? '+' : ''}`;
}

/** `2 answers have no known price`. */
export function unpricedText(unpriced: number): string {
  return `${unpriced === 1 ? '1 answer has' : `${unpriced} answers have`} no known price`;
}

/** `by the prices of 2026-09-23`, and that the sum is not whole where it isn't. */
export function costBasis({ asOf }: Pick<Cost, 'asOf'>, unpriced = 0): string {
  const prices = asOf === 'config' ? 'prices of the configuration' : `prices of ${asOf}`;
  return unpriced === 0 ? `by ${prices}` : `by ${prices}; ${unpricedText(unpriced)}`;
}

/** The cost in saved figures; undefined where there is none. */
export function costFrom(saved: Readonly<Record<string, unknown>>): Cost | undefined {
  const { cost } = saved;
  if (typeof cost !== 'object' || cost === null || !('usd' in cost) || !('asOf' in cost)) return undefined;
  const { usd, asOf } = cost;
  return typeof usd === 'number' && typeof asOf === 'string' ? { usd, asOf } : undefined;
}
