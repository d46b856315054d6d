/** An answer's output over time, in bins of equal length that start at the request. */
export interface OutputOverTime {
  readonly binMs: number;
  /** Characters that arrived in each bin, up to the bin of the latest output. */
  readonly amounts: readonly number[];
  /** Pauses of at least a second after the first output: the 32 longest, in order of time. */
  readonly pauses: readonly Pause[];
}

export interface Pause {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OutputRecorder {
  /** Adds `amount` characters of output that arrived `atMs` after the request. */
  add(atMs: number, amount: number): void;
  /** Returns a copy of the output so far; undefined before the first output. */
  snapshot(): OutputOverTime | undefined;
}

const FIRST_BIN_MS = 5;
const MAX_BINS = 240;
const PAUSE_MS = 1000;
const MAX_PAUSES = 32;

/**
 * Memory stays bounded for answers of any length: when bins run out, each two are merged into one of twice the length.
 */
export function createOutputRecorder(): OutputRecorder {
  let binMs = FIRST_BIN_MS;
  let amounts: number[] = [];
  let pauses: Pause[] = [];
  let lastMs: number | undefined;
  return {
    add(atMs, amount) {
      if (lastMs !== undefined && atMs - lastMs >= PAUSE_MS) {
        pauses.push({ fromMs: lastMs, toMs: atMs });
        if (pauses.length > MAX_PAUSES) pauses = withoutShortest(pauses);
      }
      lastMs = Math.max(lastMs ?? 0, atMs);
      while (atMs / binMs >= MAX_BINS) {
        amounts = Array.from(
          { length: Math.ceil(amounts.length / 2) },
          (_, index) => (amounts[2 * index] ?? 0) + (amounts[2 * index + 1] ?? 0),
        );
        binMs *= 2;
      }
      const bin = Math.max(0, Math.floor(atMs / binMs));
      while (amounts.length <= bin) amounts.push(0);
      amounts[bin] = (amounts[bin] ?? 0) + amount;
    },
    snapshot: () =>
      lastMs === undefined ? undefined : { binMs, amounts: [...amounts], pauses: [...pauses] },
  };
}

function withoutShortest(pauses: readonly Pause[]): Pause[] {
  const length = ({ fromMs, toMs }: Pause): number => toMs - fromMs;
  const shortest = Math.min(...pauses.map(length));
  const index = pauses.findIndex((pause) => length(pause) === shortest);
  return pauses.filter((_, at) => at !== index);
}

/**
 * Returns the output in each of `count` equal parts from `fromMs` to `toMs`. A bin's amount is spread evenly over the
 * bin.
 */
export function amountsBetween(
  { binMs, amounts }: OutputOverTime,
  fromMs: number,
  toMs: number,
  count: number,
): readonly number[] {
  const stepMs = (toMs - fromMs) / count;
  if (stepMs <= 0) return Array.from({ length: count }, () => 0);
  return Array.from({ length: count }, (_, index) => {
    const from = fromMs + index * stepMs;
    const to = from + stepMs;
    let sum = 0;
    for (
      let bin = Math.max(0, Math.floor(from / binMs));
      bin * binMs < to && bin < amounts.length;
      bin += 1
    ) {
      const overlap = Math.min(to, (bin + 1) * binMs) - Math.max(from, bin * binMs);
      sum += ((amounts[bin] ?? 0) * overlap) / binMs;
    }
    return sum;
  });
}

/** Returns the start of the first bin with output, in ms since the request. */
export function firstOutputMs({ binMs, amounts }: OutputOverTime): number {
  return (
    Math.max(
      0,
      amounts.findIndex((amount) => amount > 0),
    ) * binMs
  );
}
