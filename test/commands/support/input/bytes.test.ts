import { expect, test } from 'vitest';
import { UsageError } from '../../../../src/commands/support/flags/usage-error.js';
import { readBytes, readFileBytes } from '../../../../src/commands/support/input/bytes.js';

const refuse = (why: string): UsageError => new UsageError(`it ${why}`);

test('a device without an end is refused like a file that is too large', async () => {
  await expect(readBytes('/dev/zero', refuse)).rejects.toThrow(/^it is over 8 MiB: send less of it$/);
});

test('a reader that cannot wait refuses a device', () => {
  expect(() => readFileBytes('/dev/zero', refuse)).toThrow(/^it is not a file$/);
});

test.each([
  ['a missing file', '/no/such/file', /^it cannot be read: there is no such file or folder$/],
  ['a folder', '/', /^it cannot be read: it is a folder$/],
])('%s is refused with the reason', async (_what, path, reason) => {
  await expect(readBytes(path, refuse)).rejects.toThrow(reason);
});
