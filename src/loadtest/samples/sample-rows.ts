import { HOPS, type HopName, type Hops } from '../../metrics/hops.js';
import { type Speed, WITHHELD, withheld } from '../../metrics/speed.js';
import type { Failed, Sample, Sent } from './sample.js';

/** The index of each figure in a row. Absent figures are NaN; a text is the number of an entry in the list of texts. */
export const AT = {
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
type FigureIndex = (typeof AT)[keyof typeof AT];

/** The index of each hop in a row. */
export const HOP_AT = Object.fromEntries(HOPS.map(({ name }, at) => [name, AT.hops + at])) as Record<
  HopName,
  number
>;

export const ABSENT = Number.NaN;
/** How many numbers a row has. */
export const WIDTH = AT.hops + HOPS.length;
/** Rows of a block; the last block may have fewer. */
export const IN_BLOCK = 1024;

/** Samples as rows of numbers. */
export interface Rows {
  readonly blocks: readonly Float64Array<ArrayBuffer>[];
  readonly texts: readonly string[];
  /** Number of rows. */
  readonly length: number;
}

/** Returns views of the samples from number `first` on. */
export function samplesOf({ blocks, texts, length }: Rows, first = 0): Sample[] {
  return Array.from({ length: length - first }, (_, at) => {
    const number = first + at;
    const block = blocks[Math.floor(number / IN_BLOCK)] ?? NO_BLOCK;
    const from = (number % IN_BLOCK) * WIDTH;
    const sent = Number.isNaN(block[from + AT.errorClass]);
    return sent ? new SentRow(block, from, texts) : new FailedRow(block, from, texts);
  });
}

const NO_BLOCK = new Float64Array();

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

  protected number(index: FigureIndex): number {
    return this.#block[this.#from + index] ?? ABSENT;
  }

  protected known(place: FigureIndex): number | undefined {
    const value = this.number(place);
    return Number.isNaN(value) ? undefined : value;
  }

  protected text(place: FigureIndex): string | undefined {
    return this.#texts[this.number(place)];
  }

  hop(name: HopName): number | undefined {
    const ms = this.#block[this.#from + HOP_AT[name]] ?? ABSENT;
    return Number.isNaN(ms) ? undefined : ms;
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

/** Returns the time of one hop; undefined when the request did not reach it. A view does not compute the others. */
export function hopOf(sample: Sample, name: HopName): number | undefined {
  return sample instanceof Row ? sample.hop(name) : sample.hops?.[name];
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
