import { createBootstrap } from './bootstrap.js';

/** What two runs are compared by. Times in ms; `errors` is the share of requests that failed. */
const COMPARED = [
  { name: 'ttft.mean', of: 'ttft', statistic: 'mean' },
  { name: 'ttft.p50', of: 'ttft', statistic: 0.5 },
  { name: 'ttft.p95', of: 'ttft', statistic: 0.95 },
  { name: 'tpot.p50', of: 'tpot', statistic: 0.5 },
  { name: 'e2e.p50', of: 'e2e', statistic: 0.5 },
  { name: 'e2e.p95', of: 'e2e', statistic: 0.95 },
  { name: 'errors', of: 'errors', statistic: 'mean' },
] as const;

/** The values of one run, one for each request that has it. `errors`: 1 for each that failed, else 0. */
export type RunSamples = Readonly<Record<'ttft' | 'tpot' | 'e2e' | 'errors', readonly number[]>>;

/** `unclear`: the runs show no difference. `missing`: one of them has too few values. */
type Verdict = 'better' | 'worse' | 'unclear' | 'missing';

export interface Difference {
  readonly name: (typeof COMPARED)[number]['name'];
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** `after` less `before`, and the interval that holds the true difference; absent when `missing`. */
  readonly change?: { readonly value: number; readonly low: number; readonly high: number };
  readonly verdict: Verdict;
  /** It is shown to be worse by more than the tolerance. */
  readonly regression: boolean;
}

/** Below this many values an interval says nothing. */
export const FEWEST_VALUES = 20;
/** How often equal runs may be called different: shared among all figures (Bonferroni). */
const ERROR_RATE = 0.05;
const RESAMPLES = 2000;

/**
 * Compares two runs figure by figure. Each interval is a percentile bootstrap's (Efron and Tibshirani, 1993), so wide that
 * equal runs are called different in any figure at most once in 20 times. It takes requests as independent of each other.
 * @param tolerance share of the figure before that a worsening may have, e.g. 0.05; of errors: the share of requests
 */
export function compareRuns(
  before: RunSamples,
  after: RunSamples,
  tolerance: number,
  random: () => number,
): Difference[] {
  const tail = ERROR_RATE / COMPARED.length / 2;
  return COMPARED.map(({ name, of, statistic }) => {
    const one = createBootstrap(before[of], statistic, random);
    const other = createBootstrap(after[of], statistic, random);
    const known = { name, before: one?.value, after: other?.value };
    const fewest = Math.min(before[of].length, after[of].length);
    if (one === undefined || other === undefined || fewest < FEWEST_VALUES) {
      return { ...known, verdict: 'missing', regression: false };
    }
    const differences = Float64Array.from({ length: RESAMPLES }, () => other.draw() - one.draw()).sort();
    const low = differences[Math.floor(tail * RESAMPLES)] ?? 0;
    const high = differences[Math.ceil((1 - tail) * RESAMPLES) - 1] ?? 0;
    const allowed = of === 'errors' ? tolerance : tolerance * one.value;
    return {
      ...known,
      change: { value: other.value - one.value, low, high },
      verdict: low > 0 ? 'worse' : high < 0 ? 'better' : 'unclear',
      regression: low > 0 && low > allowed,
    };
  });
}
