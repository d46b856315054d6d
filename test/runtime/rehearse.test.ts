import { describe, expect, test } from 'vitest';
import { rehearseExchange, rehearseNetwork, rehearseTls } from '../../src/runtime/rehearse.js';

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
    await expect.poll(listening).toBe(before);
  });

  test('that is aborted ends without an error', async () => {
    const before = listening();
    expect(await rehearse(AbortSignal.abort())).toBe(false);
    await expect.poll(listening).toBe(before);
  });
});

test('an exchange without a network is complete', async () => {
  expect(await rehearseExchange()).toBe(true);
});
