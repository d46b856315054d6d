import { expect, test } from 'vitest';
import { crashOnce } from './crash.js';

test('a program that is killed while it saves loses no acknowledged message', async () => {
  for (const lifeMs of [0, 40, 1150]) {
    const { acknowledged, problems } = await crashOnce({ lifeMs });
    expect(problems).toEqual([]);
    expect(acknowledged).toBeGreaterThan(0);
  }
});
