import { expect, test } from 'vitest';
import { rehearse } from '../../src/runtime/rehearse.js';

const listening = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

test('a rehearsal sends a request, and its server ends', async () => {
  const before = listening();
  expect(await rehearse(new AbortController().signal)).toBe(true);
  await expect.poll(listening).toBe(before);
});

test('a rehearsal that is aborted ends without an error', async () => {
  const before = listening();
  expect(await rehearse(AbortSignal.abort())).toBe(false);
  await expect.poll(listening).toBe(before);
});
