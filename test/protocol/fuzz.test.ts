import { expect, test } from 'vitest';
import { fuzzFrames } from '../support/protocol/frame-fuzz.js';

/** `npm run fuzz:frames` reads five million frames, different ones in each run. */
const FRAMES = 20_000;

test('many mutated frames: no crash, no hang, nothing read outside a frame', async () => {
  expect(await fuzzFrames({ frames: FRAMES, seconds: Number.POSITIVE_INFINITY, seed: 7 })).toBe(FRAMES);
});
