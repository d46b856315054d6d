import { describe, expect, test } from 'vitest';
import { rehearseExchange, rehearseNetwork, rehearseTls } from '../../src/runtime/rehearse.js';
import { settled } from '../support/clocks/settled.js';

/** Servers of earlier tests in this process may still be ending. */
const listening = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

describe.each([
  ['plain HTTP', rehearseNetwork],
  ['TLS', rehearseTls],
])('a rehearsal of %s', (_what, rehearse) => {
  test('sends a request, and its server ends', async () => {
    const before = listening();
    // A busy machine may need longer than a rehearsal may take.
    await expect.poll(() => rehearse(new AbortController().signal)).toBe(true);
    await expect.poll(listening).toBeLessThanOrEqual(before);
  });

  test('that is aborted ends without an error', async () => {
    const before = listening();
    expect(await rehearse(AbortSignal.abort())).toBe(false);
    // A server may begin to listen a moment later.
    expect(await settled(listening, 0)).toBeLessThanOrEqual(before);
  });
});

test('an exchange without a network is complete', async () => {
  expect(await rehearseExchange()).toBe(true);
});
