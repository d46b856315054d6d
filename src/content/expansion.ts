import { mebibytes, tooMuch } from './content-error.js';

/** A body that decodes to more bytes than this is not a real answer. */
const MAX_DECODED_BYTES = 1024 * 1024 * 1024;
/** Up to this number of decoded bytes, their ratio to the received bytes does not matter. */
const FREE_BYTES = 16 * 1024 * 1024;
/** The largest ratio of decoded to received bytes above FREE_BYTES. Text reaches a tenth of it. */
const MAX_RATIO = 250;

/** Counts the bytes that go into a decoder and come out of it. */
export interface Expansion {
  addInput(bytes: number): void;
  /** @throws {ContentError} when the output is larger than that of any real answer */
  addOutput(bytes: number): void;
}

export function createExpansion(coding: string): Expansion {
  let taken = 0;
  let given = 0;
  return {
    addInput(bytes) {
      taken += bytes;
    },
    addOutput(bytes) {
      given += bytes;
      if (given > MAX_DECODED_BYTES) throw tooMuch(coding, `more than ${mebibytes(MAX_DECODED_BYTES)}`);
      if (given > FREE_BYTES && given > MAX_RATIO * taken)
        throw tooMuch(coding, `more than ${mebibytes(FREE_BYTES)} and ${MAX_RATIO} times its size`);
    },
  };
}
