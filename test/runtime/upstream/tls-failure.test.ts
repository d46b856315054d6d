import { expect, test } from 'vitest';
import { untrustedAdvice } from '../../../src/runtime/upstream/tls-failure.js';

test('the advice for an untrusted certificate names the file of NODE_EXTRA_CA_CERTS when it cannot be read', () => {
  for (const file of ['', import.meta.filename])
    expect(untrustedAdvice(file)).toMatch(/^if the certificate is your own, set NODE_EXTRA_CA_CERTS=FILE/);
  expect(untrustedAdvice('/no/such.pem')).toBe(
    'correct NODE_EXTRA_CA_CERTS, and start the daemon again: /no/such.pem cannot be read (there is no such file or folder)',
  );
});
