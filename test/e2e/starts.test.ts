import { expect, test } from 'vitest';
import { groundForEach } from '../support/e2e.js';
import { startAtOnce } from '../support/starts.js';

const ground = groundForEach();

test('simultaneous questions with nothing running share one daemon and one simulator, and each is answered', async () => {
  const starts = await startAtOnce(ground.place, { asks: 12, keep: true });
  expect(starts).toMatchObject({ failed: [], daemons: 1, simulators: 1, left: [] });
});

test('a question is answered while the program that started daemon and simulator ends, and two daemons never run at once', async () => {
  const { place } = ground;
  // Each program finds processes that the program before it is about to stop.
  for (let round = 0; round < 4; round += 1) {
    expect(await startAtOnce(place, { asks: 2 })).toMatchObject({ failed: [], daemonsAtOnce: 1, left: [] });
  }
});
