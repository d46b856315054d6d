import { expect, test } from 'vitest';
import { CALM_FRAME_MS, createFrames, FRAME_MS } from '../../../src/state/exchange/frames.js';
import { createFakeClock } from '../../support/clocks/clock.js';

/** Creates frames of at least this length, with a count of the drawn ones. */
function counted(frameMs: number) {
  const clock = createFakeClock();
  let drawn = 0;
  const frames = createFrames(clock, {
    onFrame: () => {
      drawn += 1;
    },
    nextMs: () => undefined,
    frameMs: () => frameMs,
  });
  return { clock, frames, drawn: () => drawn };
}

/** Returns the number of frames while output arrives every 10 ms for 2 s. */
function framesIn2s(frameMs: number): number {
  const { clock, frames, drawn } = counted(frameMs);
  for (let ms = 0; ms < 2000; ms += 10) {
    frames.request();
    clock.advance(10);
  }
  frames.stop();
  return drawn();
}

test('output is drawn at most 20 times a second, with reduced motion twice a second', () => {
  // One more, because the first frame is drawn at once.
  expect(framesIn2s(FRAME_MS)).toBe(1 + 40);
  expect(framesIn2s(CALM_FRAME_MS)).toBe(1 + 4);
});

test('the first token is drawn at once, with reduced motion too', () => {
  const { clock, frames, drawn } = counted(CALM_FRAME_MS);
  frames.request();
  clock.advance(1);
  frames.requestNow();
  clock.advance(1);
  expect(drawn()).toBe(2);
});
