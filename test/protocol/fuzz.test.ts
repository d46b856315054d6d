import { expect, test } from 'vitest';
import { fuzzFrames } from '../support/frame-fuzz.js';

/** CI gives it a minute, `npm run fuzz:frames` does five million. */
const SECONDS = 3;

test('seconds of mutated frames: no crash, no hang, nothing read outside a frame', {
  timeout: (SECONDS + 30) * 1000,
}, async () => {
  const seed = Date.now() % 2 ** 31;
  const count = await fuzzFrames({ frames: Number.POSITIVE_INFINITY, seconds: SECONDS, seed });
  expect(count, `seed ${seed}`).toBeGreaterThan(500);
});
