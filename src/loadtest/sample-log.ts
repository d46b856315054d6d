import { HOPS, type Hops } from '../metrics/hops.js';
import { type Speed, WITHHELD, withheld } from '../metrics/speed.js';
import type { Sample, Sent } from './sample.js';

/** An append-only list of samples. */
export interface SampleLog {
  readonly length: number;
  add(sample: Sample): void;
  /** Returns copies of the samples from number `first` on. */
  from(first: number): Sample[];
}

/** Numbers of a row without hops. */
const FIGURES = 25;
const WIDTH = FIGURES + HOPS.length;
const ROWS = 1024;

/**
 * Creates a list that keeps each sample as a row of numbers. The objects of thousands of requests a second would survive
 * in V8's young generation, which copies each of them twice.
 */
export function createSampleLog(): SampleLog {
  const blocks: Float64Array[] = [];
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  let length = 0;
  // A row is written and read number by number, in the same order. Absent numbers are NaN.
  let block: Float64Array = new Float64Array();
  let place = 0;

  const open = (number: number): void => {
    block = blocks[Math.floor(number / ROWS)] ?? block;
    place = (number % ROWS) * WIDTH;
  };
  const put = (value: number | undefined): void => {
    block[place] = value ?? Number.NaN;
    place += 1;
  };
  const numberOf = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const number = texts.push(text) - 1;
    numbers.set(text, number);
    return number;
  };
  const putText = (text: string | undefined): void => put(text === undefined ? undefined : numberOf(text));
  const take = (): number => {
    const value = block[place] ?? Number.NaN;
    place += 1;
    return value;
  };
  const takeText = (): string | undefined => texts[take()];

  const putSent = (sample: Sent): void => {
    const { speed, gaps, cost } = sample;
    const measured = speed.kind === 'measured' ? speed : undefined;
    put(speed.kind === 'measured' ? undefined : WITHHELD.indexOf(speed.reason));
    put(measured?.tpotMs);
    put(measured?.tokensPerSecond);
    put(sample.outputTokens);
    put(sample.tokensEstimated ? 1 : 0);
    put(sample.ttftMs);
    put(sample.e2eMs);
    put(sample.promptTokens);
    put(sample.cachedTokens);
    put(gaps?.p50);
    put(gaps?.max);
    put(cost?.usd);
    putText(cost?.asOf);
  };
  const takeSpeed = (): Speed => {
    const reason = WITHHELD[take()];
    const [tpotMs, tokensPerSecond] = [take(), take()];
    return reason === undefined ? { kind: 'measured', tokensPerSecond, tpotMs } : withheld(reason);
  };
  /** Returns a sample's own figures, in the order of `putSent`. */
  const takeSent = (): Omit<Sent, keyof Sample> & Pick<Sent, 'outcome'> => {
    const speed = takeSpeed();
    const [outputTokens, tokensEstimated] = [take(), take() === 1];
    const latencies = { ...known('ttftMs', take()), ...known('e2eMs', take()) };
    const tokens = { ...known('promptTokens', take()), ...known('cachedTokens', take()) };
    const [p50, max, usd, asOf] = [take(), take(), take(), takeText()];
    return {
      outcome: 'complete',
      ...{ speed, outputTokens, tokensEstimated, ...latencies, ...tokens },
      ...(!Number.isNaN(p50) && { gaps: { p50, max } }),
      ...(asOf !== undefined && { cost: { usd, asOf } }),
    };
  };
  const takeHops = (): Hops => {
    const hops: Hops = {};
    for (const { name } of HOPS) {
      const ms = take();
      if (!Number.isNaN(ms)) hops[name] = ms;
    }
    return hops;
  };

  const sampleAt = (number: number): Sample => {
    open(number);
    const [index, turn, intendedMs, endMs, lagMs] = [take(), take(), take(), take(), take()];
    const [attempts, retriesMs, replaced] = [take(), take(), take()];
    const malformed = known('malformedEvents', take());
    const withHops = take() === 1;
    const hops = takeHops();
    const common = {
      ...{ index, turn, intendedMs, endMs, attempts, retriesMs, replaced, ...malformed },
      ...(withHops && { hops }),
    };
    const [errorClass, message = ''] = [takeText(), takeText()];
    if (errorClass === undefined) return { ...common, lagMs, ...takeSent() };
    return { ...common, ...known('lagMs', lagMs), outcome: 'failed', errorClass, message };
  };

  return {
    get length() {
      return length;
    },
    add(sample) {
      if (length % ROWS === 0) blocks.push(new Float64Array(ROWS * WIDTH));
      open(length);
      length += 1;
      const { hops } = sample;
      const failed = sample.outcome === 'failed' ? sample : undefined;
      put(sample.index);
      put(sample.turn);
      put(sample.intendedMs);
      put(sample.endMs);
      put(sample.lagMs);
      put(sample.attempts);
      put(sample.retriesMs);
      put(sample.replaced);
      put(sample.malformedEvents);
      put(hops === undefined ? 0 : 1);
      for (const { name } of HOPS) put(hops?.[name]);
      putText(failed?.errorClass);
      putText(failed?.message);
      if (sample.outcome === 'complete') putSent(sample);
    },
    from: (first) => Array.from({ length: length - first }, (_, at) => sampleAt(first + at)),
  };
}

/** Returns an object with the member, or an empty one if the value is absent. */
function known<Name extends string>(name: Name, value: number): Partial<Record<Name, number>> {
  return Number.isNaN(value) ? {} : ({ [name]: value } as Record<Name, number>);
}
