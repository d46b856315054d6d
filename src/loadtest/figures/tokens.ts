import type { Sample } from '../samples/sample.js';
import { short } from './short.js';

/** The numbers of tokens of a test's complete requests. */
export interface TokenFigures {
  /** Absent when the provider sends no count. */
  readonly prompt?: Count;
  /** Prompt tokens that the provider read from its cache; absent when it sends no count. */
  readonly cached?: number;
  readonly output?: Count;
}

interface Count {
  readonly total: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export function tokenFigures(samples: readonly Sample[]): TokenFigures {
  const sent = samples.filter((one) => one.outcome === 'complete');
  const prompt = countOf(sent.flatMap((one) => one.promptTokens ?? []));
  const cached = countOf(sent.flatMap((one) => one.cachedTokens ?? []));
  const output = countOf(sent.map((one) => one.outputTokens));
  return {
    ...(prompt !== undefined && { prompt }),
    ...(cached !== undefined && { cached: cached.total }),
    ...(output !== undefined && { output }),
  };
}

function countOf(values: readonly number[]): Count | undefined {
  if (values.length === 0) return undefined;
  const total = values.reduce((sum, one) => sum + one, 0);
  const [min, max] = [
    values.reduce((one, other) => Math.min(one, other)),
    values.reduce((one, other) => Math.max(one, other)),
  ];
  return { total, mean: total / values.length, min, max };
}

/** Formats e.g. `prompt 229 on average, at most 365 (12 % from the provider's cache); output ~151, at most 500`. */
export function tokensText({ prompt, cached, output }: TokenFigures, estimated: boolean): string {
  const each = ({ mean, max }: Count, mark: string): string =>
    `${mark}${mean.toFixed(mean < 10 ? 1 : 0)} on average, at most ${mark}${max}`;
  const share = prompt === undefined || cached === undefined ? 0 : cached / Math.max(1, prompt.total);
  const fromCache =
    cached === undefined
      ? ''
      : ` (${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} % from the provider's cache)`;
  return [
    ...(prompt === undefined ? [] : [`prompt ${each(prompt, '')}${fromCache}`]),
    ...(output === undefined ? [] : [`output ${each(output, estimated ? '~' : '')}`]),
  ].join('; ');
}

/** Converts the figures to JSON. Names are stable; new ones may be added. */
export function tokensJson({ prompt, cached, output }: TokenFigures): Record<string, unknown> {
  const each = (count: Count | undefined): Record<string, number> | null =>
    count === undefined ? null : { ...count, mean: short(count.mean) };
  return { prompt: each(prompt), cached: cached ?? null, output: each(output) };
}
