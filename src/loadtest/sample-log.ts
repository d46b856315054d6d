import { HOPS, type Hops } from '../metrics/hops.js';
import { type Speed, WITHHELD, withheld } from '../metrics/speed.js';
import type { Failed, Sample, Sent } from './sample.js';

/** An append-only list of samples. */
export interface SampleLog {
  readonly length: number;
  add(sample: Sample): void;
  /** Returns views of the samples from number `first` on. A view computes each member when it is read. */
  from(first: number): Sample[];
}

/** Places of the figures in a row. Absent figures are NaN; a text is the number of an entry in the list of texts. */
const AT = {
  index: 0,
  turn: 1,
  intendedMs: 2,
  endMs: 3,
  lagMs: 4,
  attempts: 5,
  retriesMs: 6,
  replaced: 7,
  malformedEvents: 8,
  hasHops: 9,
  errorClass: 10,
  message: 11,
  withheld: 12,
  tpotMs: 13,
  tokensPerSecond: 14,
  outputTokens: 15,
  tokensEstimated: 16,
  ttftMs: 17,
  e2eMs: 18,
  promptTokens: 19,
  cachedTokens: 20,
  gapP50: 21,
  gapMax: 22,
  usd: 23,
  asOf: 24,
  hops: 25,
} as const;
type Place = (typeof AT)[keyof typeof AT];

const ABSENT = Number.NaN;
const WIDTH = AT.hops + HOPS.length;
const ROWS = 1024;

/**
 * Creates a list that keeps each sample as a row of numbers. The objects of thousands of requests a second would survive
 * in V8's young generation, which copies each of them twice, and those of millions of requests would fill the memory.
 */
export function createSampleLog(): SampleLog {
  const blocks: Float64Array[] = [];
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  let length = 0;

  const numberOf = (text: string | undefined): number => {
    if (text === undefined) return ABSENT;
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const number = texts.push(text) - 1;
    numbers.set(text, number);
    return number;
  };
  const blockOf = (number: number): Float64Array => {
    const place = Math.floor(number / ROWS);
    const known = blocks[place];
    if (known !== undefined) return known;
    const block = new Float64Array(ROWS * WIDTH).fill(ABSENT);
    blocks.push(block);
    return block;
  };

  const addSent = (block: Float64Array, from: number, sample: Sent): void => {
    const { speed, gaps, cost } = sample;
    if (speed.kind === 'measured') {
      block[from + AT.tpotMs] = speed.tpotMs;
      block[from + AT.tokensPerSecond] = speed.tokensPerSecond;
    } else block[from + AT.withheld] = WITHHELD.indexOf(speed.reason);
    block[from + AT.outputTokens] = sample.outputTokens;
    block[from + AT.tokensEstimated] = sample.tokensEstimated ? 1 : 0;
    block[from + AT.ttftMs] = sample.ttftMs ?? ABSENT;
    block[from + AT.e2eMs] = sample.e2eMs ?? ABSENT;
    block[from + AT.promptTokens] = sample.promptTokens ?? ABSENT;
    block[from + AT.cachedTokens] = sample.cachedTokens ?? ABSENT;
    if (gaps !== undefined) {
      block[from + AT.gapP50] = gaps.p50;
      block[from + AT.gapMax] = gaps.max;
    }
    if (cost !== undefined) {
      block[from + AT.usd] = cost.usd;
      block[from + AT.asOf] = numberOf(cost.asOf);
    }
  };

  return {
    get length() {
      return length;
    },
    add(sample) {
      const block = blockOf(length);
      const from = (length % ROWS) * WIDTH;
      length += 1;
      const { hops } = sample;
      block[from + AT.index] = sample.index;
      block[from + AT.turn] = sample.turn;
      block[from + AT.intendedMs] = sample.intendedMs;
      block[from + AT.endMs] = sample.endMs;
      block[from + AT.lagMs] = sample.lagMs ?? ABSENT;
      block[from + AT.attempts] = sample.attempts;
      block[from + AT.retriesMs] = sample.retriesMs;
      block[from + AT.replaced] = sample.replaced;
      block[from + AT.malformedEvents] = sample.malformedEvents ?? ABSENT;
      if (hops !== undefined) {
        block[from + AT.hasHops] = 1;
        let place = from + AT.hops;
        for (const { name } of HOPS) {
          block[place] = hops[name] ?? ABSENT;
          place += 1;
        }
      }
      if (sample.outcome === 'complete') addSent(block, from, sample);
      else {
        block[from + AT.errorClass] = numberOf(sample.errorClass);
        block[from + AT.message] = numberOf(sample.message);
      }
    },
    from: (first) =>
      Array.from({ length: length - first }, (_, at) => {
        const number = first + at;
        const block = blockOf(number);
        const from = (number % ROWS) * WIDTH;
        const sent = Number.isNaN(block[from + AT.errorClass]);
        return sent ? new SentRow(block, from, texts) : new FailedRow(block, from, texts);
      }),
  };
}

/** A view of a row, with the members that all samples have. */
class Row {
  readonly #block: Float64Array;
  readonly #from: number;
  readonly #texts: readonly string[];

  constructor(block: Float64Array, from: number, texts: readonly string[]) {
    this.#block = block;
    this.#from = from;
    this.#texts = texts;
  }

  protected number(place: Place): number {
    return this.#block[this.#from + place] ?? ABSENT;
  }

  protected known(place: Place): number | undefined {
    const value = this.number(place);
    return Number.isNaN(value) ? undefined : value;
  }

  protected text(place: Place): string | undefined {
    return this.#texts[this.number(place)];
  }

  get index(): number {
    return this.number(AT.index);
  }
  get turn(): number {
    return this.number(AT.turn);
  }
  get intendedMs(): number {
    return this.number(AT.intendedMs);
  }
  get endMs(): number {
    return this.number(AT.endMs);
  }
  get attempts(): number {
    return this.number(AT.attempts);
  }
  get retriesMs(): number {
    return this.number(AT.retriesMs);
  }
  get replaced(): number {
    return this.number(AT.replaced);
  }
  get malformedEvents(): number | undefined {
    return this.known(AT.malformedEvents);
  }
  get hops(): Hops | undefined {
    if (this.known(AT.hasHops) === undefined) return undefined;
    const hops: Hops = {};
    let place = this.#from + AT.hops;
    for (const { name } of HOPS) {
      const ms = this.#block[place] ?? ABSENT;
      if (!Number.isNaN(ms)) hops[name] = ms;
      place += 1;
    }
    return hops;
  }
}

class SentRow extends Row implements Sent {
  get outcome(): 'complete' {
    return 'complete';
  }
  get lagMs(): number {
    return this.number(AT.lagMs);
  }
  get speed(): Speed {
    const reason = WITHHELD[this.number(AT.withheld)];
    if (reason !== undefined) return withheld(reason);
    const [tokensPerSecond, tpotMs] = [this.number(AT.tokensPerSecond), this.number(AT.tpotMs)];
    return { kind: 'measured', tokensPerSecond, tpotMs };
  }
  get ttftMs(): number | undefined {
    return this.known(AT.ttftMs);
  }
  get e2eMs(): number | undefined {
    return this.known(AT.e2eMs);
  }
  get outputTokens(): number {
    return this.number(AT.outputTokens);
  }
  get tokensEstimated(): boolean {
    return this.number(AT.tokensEstimated) === 1;
  }
  get promptTokens(): number | undefined {
    return this.known(AT.promptTokens);
  }
  get cachedTokens(): number | undefined {
    return this.known(AT.cachedTokens);
  }
  get gaps(): Sent['gaps'] {
    const p50 = this.known(AT.gapP50);
    return p50 === undefined ? undefined : { p50, max: this.number(AT.gapMax) };
  }
  get cost(): Sent['cost'] {
    const asOf = this.text(AT.asOf);
    return asOf === undefined ? undefined : { usd: this.number(AT.usd), asOf };
  }
}

class FailedRow extends Row implements Failed {
  get outcome(): 'failed' {
    return 'failed';
  }
  get lagMs(): number | undefined {
    return this.known(AT.lagMs);
  }
  get errorClass(): string {
    return this.text(AT.errorClass) ?? '';
  }
  get message(): string {
    return this.text(AT.message) ?? '';
  }
}
