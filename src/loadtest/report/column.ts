import type { Sample } from '../samples/sample.js';

/**
 * A figure of each request. The values are computed when they are read, because those of millions of requests would
 * fill the memory. `JSON.stringify` writes a list.
 */
export class Column implements Iterable<number | null> {
  readonly #samples: readonly Sample[];
  readonly #figure: (sample: Sample) => number | null | undefined;

  /** @param figure returns undefined for a request that the list leaves out */
  constructor(samples: readonly Sample[], figure: (sample: Sample) => number | null | undefined) {
    this.#samples = samples;
    this.#figure = figure;
  }

  *[Symbol.iterator](): Generator<number | null> {
    for (const sample of this.#samples) {
      const value = this.#figure(sample);
      if (value !== undefined) yield value;
    }
  }

  toJSON(): (number | null)[] {
    return [...this];
  }
}
