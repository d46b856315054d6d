import { describe, expect, test } from 'vitest';
import { createBackoff } from '../../../src/sdk/daemon/reconnect.js';
import { seededRandom } from '../../support/run/random.js';

describe('the wait before each attempt to reconnect', () => {
  test('doubles from 0.1 s up to 5 s', () => {
    const backoff = createBackoff(() => 0);
    const waits = Array.from({ length: 8 }, () => backoff.next());
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test('is shortened randomly by up to half, so that many clients do not reconnect at once', () => {
    const random = seededRandom(7);
    const first = Array.from({ length: 1000 }, () => createBackoff(random).next());
    expect(Math.min(...first)).toBeGreaterThanOrEqual(50);
    expect(Math.min(...first)).toBeLessThan(55);
    expect(Math.max(...first)).toBeGreaterThan(95);
  });

  test('starts over after a success, and never passes its limit', () => {
    const backoff = createBackoff(() => 0);
    for (let attempt = 0; attempt < 5000; attempt += 1) expect(backoff.next()).toBeLessThanOrEqual(5000);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });
});
