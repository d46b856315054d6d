import { createBootstrap } from './bootstrap.js';

/** The figures that a comparison uses. Times in ms; `errors` is the share of failed requests. */
const COMPARED = [
  { name: 'ttft.mean', of: 'ttft', statistic: 'mean' },
  { name: 'ttft.p50', of: 'ttft', statistic: 0.5 },
  { name: 'ttft.p95', of: 'ttft', statistic: 0.95 },
  { name: 'tpot.p50', of: 'tpot', statistic: 0.5 },
  { name: 'e2e.p50', of: 'e2e', statistic: 0.5 },
  { name: 'e2e.p95', of: 'e2e', statistic: 0.95 },
  { name: 'errors', of: 'errors', statistic: 'mean' },
] as const;

/** One run's values: one for each request that has the figure. `errors`: 1 for a failed request, else 0. */
export interface RunSamples extends Readonly<Record<'ttft' | 'tpot' | 'e2e' | 'errors', readonly number[]>> {
  /** Whether some of the token counts behind `tpot` are estimates. */
  readonly tokensEstimated: boolean;
}

/**
 * `unclear`: no significant difference. `missing`: a run has too few values. `estimated`: one run has estimated token
 * counts and the other has the provider's, so the figure can't be compared.
 */
type Verdict = 'better' | 'worse' | 'unclear' | 'missing' | 'estimated';

export interface Difference {
  readonly name: (typeof COMPARED)[number]['name'];
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** `after` less `before`, with the confidence interval of the difference; absent when `missing`. */
  readonly change?: { readonly value: number; readonly low: number; readonly high: number };
  readonly verdict: Verdict;
  /** Significantly worse, by more than the tolerance. */
  readonly regression: boolean;
}

/** With fewer values, an interval is meaningless. */
export const FEWEST_VALUES = 20;
/** Probability that equal runs count as different, divided among all figures (Bonferroni). */
const ERROR_RATE = 0.05;
const RESAMPLES = 2000;

/**
 * Compares two runs figure by figure. Each interval comes from a percentile bootstrap (Efron and Tibshirani, 1993). The
 * intervals are wide enough that equal runs differ in any figure at most once in 20 comparisons. The method assumes
 * independent requests.
 * @param tolerance allowed worsening as a share of the earlier figure, e.g. 0.05; for errors, a share of requests
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
    if (of === 'tpot' && before.tokensEstimated !== after.tokensEstimated) {
      return { ...known, verdict: 'estimated', regression: false };
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
