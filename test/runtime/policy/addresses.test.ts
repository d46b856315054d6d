import { describe, expect, test } from 'vitest';
import { addressKind } from '../../../src/runtime/policy/addresses.js';
import { createEgress, type EgressRules } from '../../../src/runtime/policy/egress.js';

test.each([
  ['93.184.216.34', 'public'],
  ['2606:2800:220:1::1', 'public'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['192.168.1.1', 'private'],
  ['fd12:3456::1', 'private'],
  ['127.0.0.1', 'loopback'],
  ['127.200.3.4', 'loopback'],
  ['0.0.0.0', 'loopback'],
  ['::1', 'loopback'],
  ['::', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['169.254.0.1', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['febf:ffff::1', 'link-local'],
  ['fec0::1', 'public'],
  ['169.254.169.254', 'metadata'],
  ['169.254.170.2', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['192.0.0.192', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['fd00:ec2::23', 'metadata'],
  ['fd20:ce::254', 'metadata'],
  ['::ffff:169.254.169.254', 'metadata'],
  ['::ffff:a9fe:a9fe', 'metadata'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:8.8.8.8', 'public'],
  ['64:ff9b::169.254.169.254', 'metadata'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['2002:a9fe:a9fe::1', 'metadata'],
  ['2002:7f00::1', 'loopback'],
  ['::ffff:0:a9fe:a9fe', 'metadata'],
  ['2002:808:808::1', 'public'],
  ['::7f00:1', 'loopback'],
  ['224.0.0.1', 'not a host'],
  ['255.255.255.255', 'not a host'],
  ['ff02::1', 'not a host'],
] as const)('%s is %s', (address, kind) => {
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

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
  ])('%s is denied, however it is written', (url) => {
    expect(check(url)).toMatch(
      /^the daemon sends nothing to http:.*(hand out credentials|link-local address)/,
    );
  });

  test.each(['http://127.0.0.1:4545', 'http://2130706433/', 'http://0x7f.1/', 'http://[::1]/', 'http://0/'])(
    '%s is this machine: allowed for its user alone',
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

  test('a list of origins is the whole list; a denied one is denied even then', () => {
    const allow = ['https://api.example.com', 'https://other.example.com'];
    expect(check('https://api.example.com/v1', { allow })).toBe('allowed');
    expect(check('https://api.example.com:8443/v1', { allow })).toMatch(/allows other origins only/);
    expect(check('http://api.example.com/v1', { allow })).toMatch(/allows other origins only/);
    const deny = ['https://api.example.com'];
    expect(check('https://api.example.com/v1', { allow, deny })).toMatch(/denies that origin/);
  });

  test('plain HTTP can be denied', () => {
    expect(check('http://api.example.com', { plain: false })).toMatch(/speaks https: only/);
    expect(check('https://api.example.com', { plain: false })).toBe('allowed');
  });
});
