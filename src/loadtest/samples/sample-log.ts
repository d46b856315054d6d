import type { HopName } from '../../metrics/hops.js';
import { WITHHELD } from '../../metrics/speed.js';
import type { Sample, Sent } from './sample.js';
import { ABSENT, AT, HOP_AT, IN_BLOCK, type Rows, samplesOf, WIDTH } from './sample-rows.js';

/** An append-only list of samples. */
export interface SampleLog {
  readonly length: number;
  add(sample: Sample): void;
  /** Returns views of the samples from number `first` on. A view computes each member when it is read. */
  from(first: number): Sample[];
  /** Removes all samples and returns their rows, which can be sent to another thread. */
  take(): Rows;
}

/**
 * Creates a list that keeps each sample as a row of numbers. Objects of thousands of requests a second would survive in
 * V8's young generation, which copies each of them twice. Objects of millions of requests would fill the memory.
 */
export function createSampleLog(): SampleLog {
  let blocks: Float64Array<ArrayBuffer>[] = [];
  let texts: string[] = [];
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
    const place = Math.floor(number / IN_BLOCK);
    const known = blocks[place];
    if (known !== undefined) return known;
    const block = new Float64Array(IN_BLOCK * WIDTH).fill(ABSENT);
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
      const from = (length % IN_BLOCK) * WIDTH;
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
        for (const name in hops) {
          const hop = name as HopName;
          block[from + HOP_AT[hop]] = hops[hop] ?? ABSENT;
        }
      }
      if (sample.outcome === 'complete') addSent(block, from, sample);
      else {
        block[from + AT.errorClass] = numberOf(sample.errorClass);
        block[from + AT.message] = numberOf(sample.message);
      }
    },
    from: (first) => samplesOf({ blocks, texts, length }, first),
    take() {
      const last = blocks.pop();
      if (last !== undefined) blocks.push(last.slice(0, (((length - 1) % IN_BLOCK) + 1) * WIDTH));
      const rows = { blocks, texts, length };
      blocks = [];
      texts = [];
      numbers.clear();
      length = 0;
      return rows;
    },
  };
}
