import type { Usage } from '../common/chat/usage.js';
import { isBeside, reasoningTokensOf } from './delivered.js';

/** Estimated cost of an answer by list prices, without discounts, taxes and fees. */
export interface Cost {
  usd: number;
  /** The day of the price table (`2026-09-23`), or `config` for prices of the configuration. */
  asOf: string;
}

/** Total cost of several answers. */
export interface Spent {
  /** Sum over the answers with a known price; absent when no price is known. */
  cost?: Cost;
  /** Answers with output whose price is not known. */
  unpriced: number;
}

/** Prices in US dollars per million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
  /** Price of prompt tokens that the provider reads from its cache; `input` by default. */
  cached?: number | undefined;
  /** Price of prompt tokens that the provider writes to its cache; `input` by default. */
  cacheWrite?: number | undefined;
  /** Price of reasoning tokens; `output` by default. */
  reasoning?: number | undefined;
}

/** Billed token counts. `cached` and `cacheWrite` are parts of `input`, `reasoning` is a part of `output`. */
export interface BilledTokens {
  input: number;
  cached: number;
  cacheWrite: number;
  output: number;
  reasoning: number;
}

const MILLION = 1e6;

/**
 * Computes the billed tokens. Reasoning that the provider counts separately from the completion tokens is added to
 * `output`.
 */
export function billedTokens(counts: Usage): BilledTokens {
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

/** Returns the cost in US dollars by the given prices. */
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

/** Adds up costs; undefined when none is known. `asOf` is the oldest day among the price tables. */
export function sumOfCosts(costs: readonly (Cost | undefined)[]): Cost | undefined {
  let sum: Cost | undefined;
  for (const cost of costs) {
    if (cost === undefined) continue;
    const asOf = sum === undefined || cost.asOf < sum.asOf ? cost.asOf : sum.asOf;
    sum = { usd: (sum?.usd ?? 0) + cost.usd, asOf };
  }
  return sum;
}

/** Adds up the answers' costs. `billed`: the provider charges for the answer, even when the price is unknown. */
export function spentOn(answers: readonly { cost: Cost | undefined; billed: boolean }[]): Spent {
  const cost = sumOfCosts(answers.map((answer) => answer.cost));
  const unpriced = answers.filter((answer) => answer.billed && answer.cost === undefined).length;
  return { ...(cost !== undefined && { cost }), unpriced };
}

/** Formats a cost, e.g. `~$0.0012`: two significant digits below $0.10, whole cents above. */
export function costText({ usd }: Pick<Cost, 'usd'>): string {
  if (usd <= 0) return '~$0';
  if (usd >= 0.1) return `~$${usd.toFixed(2)}`;
  const digits = Math.min(9, 1 - Math.floor(Math.log10(usd)));
  return `~$${usd.toFixed(digits)}`;
}

/** Returns a total in short form: a `+` follows when some answers have no known price. */
export function spentText({ usd }: Pick<Cost, 'usd'>, unpriced: number): string {
  return `${costText({ usd })}${unpriced > 0 ? '+' : ''}`;
}

/** Formats e.g. `2 answers have no known price`. */
export function unpricedText(unpriced: number): string {
  return `${unpriced === 1 ? '1 answer has' : `${unpriced} answers have`} no known price`;
}

/** Names the price table, e.g. `by prices of 2026-09-23`, and the number of answers that the sum does not include. */
export function costBasis({ asOf }: Pick<Cost, 'asOf'>, unpriced = 0): string {
  const prices = asOf === 'config' ? 'prices of the configuration' : `prices of ${asOf}`;
  return unpriced === 0 ? `by ${prices}` : `by ${prices}; ${unpricedText(unpriced)}`;
}

/** Reads the cost from saved figures; undefined when they have none. */
export function costFrom(saved: Readonly<Record<string, unknown>>): Cost | undefined {
  const { cost } = saved;
  if (typeof cost !== 'object' || cost === null || !('usd' in cost) || !('asOf' in cost)) return undefined;
  const { usd, asOf } = cost;
  return typeof usd === 'number' && typeof asOf === 'string' ? { usd, asOf } : undefined;
}
