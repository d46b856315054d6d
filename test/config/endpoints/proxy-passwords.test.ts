import { expect, test } from 'vitest';
import { proxyPasswords } from '../../../src/config/endpoints/proxy-passwords.js';

test('the passwords of proxies are found in encoded and decoded form', () => {
  const env = {
    HTTPS_PROXY: 'http://user:p%2Fass@proxy.test:3128',
    http_proxy: 'user:plain@proxy.test',
    HTTP_PROXY: 'http://proxy.test',
    https_proxy: 'http://user:100%@proxy.test',
  };
  expect(proxyPasswords(env)).toEqual(['p%2Fass', 'p/ass', 'plain', '100%']);
  expect(proxyPasswords({ HTTP_PROXY: 'not an address' })).toEqual([]);
});
