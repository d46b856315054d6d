import { describe, expect, test } from 'vitest';
import { addressKind } from '../../../src/runtime/policy/addresses.js';
import { createEgress, type EgressRules } from '../../../src/runtime/policy/egress.js';
import { ADDRESSES, FORBIDDEN_URLS } from './address-cases.js';

const CASES = Object.entries(ADDRESSES).flatMap(([kind, list]) =>
  list
    .trim()
    .split(/\s+/)
    .map((address) => [address, kind] as const),
);

test('the table has over 200 addresses, each once', () => {
  expect(CASES.length).toBeGreaterThan(200);
  expect(new Set(CASES.map(([address]) => address)).size).toBe(CASES.length);
});

test.each(CASES)('%s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

describe('the egress rules', () => {
  const check = (url: string, rules: Partial<EgressRules> = {}): string => {
    const egress = createEgress({ allow: [], deny: [], loopback: true, plain: true, ...rules });
    try {
      egress.checkUrl(new URL(url));
      return 'allowed';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };

  test.each(FORBIDDEN_URLS)('%s is denied', (url) => {
    expect(check(url)).toMatch(
      /requests to https?:.* are not allowed .*(serve credentials|link-local address)/,
    );
  });

  test.each(['http://127.0.0.1:4545', 'http://2130706433/', 'http://0x7f.1/', 'http://[::1]/', 'http://0/'])(
    '%s is this machine: allowed only with loopback: true',
    (url) => {
      expect(check(url)).toBe('allowed');
      expect(check(url, { loopback: false })).toMatch(/this machine itself/);
    },
  );

  test('private ranges and names are allowed', () => {
    for (const url of ['http://10.0.0.1', 'http://192.168.0.7:8000', 'https://api.example.com/v1']) {
      expect(check(url)).toBe('allowed');
    }
  });

  test('with a list of allowed origins, all others are denied; a denied origin stays denied', () => {
    const allow = ['https://api.example.com', 'https://other.example.com'];
    expect(check('https://api.example.com/v1', { allow })).toBe('allowed');
    expect(check('https://api.example.com:8443/v1', { allow })).toMatch(/allow other origins only/);
    expect(check('http://api.example.com/v1', { allow })).toMatch(/allow other origins only/);
    const deny = ['https://api.example.com'];
    expect(check('https://api.example.com/v1', { allow, deny })).toMatch(/deny this origin/);
  });

  test('plain HTTP can be denied', () => {
    expect(check('http://api.example.com', { plain: false })).toMatch(/over https: only/);
    expect(check('https://api.example.com', { plain: false })).toBe('allowed');
  });
});
