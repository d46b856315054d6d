import { mebibytes, tooMuch } from './content-error.js';

/** A body that decodes to more than this is not a real answer. */
const MAX_DECODED_BYTES = 1024 * 1024 * 1024;
/** After the first of these bytes, the largest ratio of decoded to received bytes. Text reaches a tenth of it. */
const FREE_BYTES = 16 * 1024 * 1024;
const MAX_RATIO = 250;

/** Counts the bytes that go into a decoder and come out of it. */
export interface Expansion {
  took(bytes: number): void;
  /** @throws {ContentError} when the output is larger than that of any real answer */
  gave(bytes: number): void;
}

export function createExpansion(coding: string): Expansion {
  let taken = 0;
  let given = 0;
  return {
    took(bytes) {
      taken += bytes;
    },
    gave(bytes) {
      given += bytes;
      if (given > MAX_DECODED_BYTES) throw tooMuch(coding, `more than ${mebibytes(MAX_DECODED_BYTES)}`);
      if (given > FREE_BYTES && given > MAX_RATIO * taken)
        throw tooMuch(coding, `more than ${mebibytes(FREE_BYTES)} and ${MAX_RATIO} times its size`);
    },
  };
}
