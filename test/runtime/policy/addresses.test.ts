import { describe, expect, test } from 'vitest';
import { type AddressKind, addressKind } from '../../../src/runtime/policy/addresses.js';
import { createEgress, type EgressRules } from '../../../src/runtime/policy/egress.js';

const ADDRESSES: Record<AddressKind, string> = {
  metadata: `
    169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 168.63.129.16
    fd00:ec2::254 fd00:ec2::23 fd00:0ec2:0:0::1 fd20:ce::254
    ::ffff:169.254.169.254 ::ffff:a9fe:a9fe 0:0:0:0:0:ffff:169.254.169.254 ::FFFF:A9FE:A9FE ::ffff:100.100.100.200
    ::169.254.169.254 ::a9fe:a9fe ::ffff:0:169.254.169.254 ::ffff:0:a9fe:a9fe
    64:ff9b::169.254.169.254 64:ff9b::a9fe:a9fe 0064:ff9b:0:0:0:0:a9fe:a9fe 64:ff9b::6464:64c8 64:ff9b::a83f:8110
    64:ff9b:1:a9fe:a9:fe00:: 64:ff9b:1:a9:fe:a9fe:: 64:ff9b:1:0:a9:fea9:fe00:0 64:ff9b:1::a9fe:a9fe
    64:ff9b:1:abcd::a9fe:a9fe 64:ff9b:1:ffff:ffff:ffff:a9fe:a9fe 64:ff9b:1::169.254.170.2
    2002:a9fe:a9fe:: 2002:a9fe:a9fe::1 2002:6464:64c8:1::1 2002:a83f:8110::
    2001:0:808:808::5601:5601 2001:0:a9fe:a9fe::f7f7:f7f7 2001:0000:808:808:8000:63bf:5601:5601`,
  'link-local': `
    169.254.0.1 169.254.0.0 169.254.255.255 169.254.169.253 169.254.169.255
    fe80::1 fe80::1%eth0 fe80::1%1 fe80:: febf:ffff::1 febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff fe90::1
    ::ffff:169.254.1.1 ::ffff:a9fe:101 ::169.254.1.1 64:ff9b::169.254.1.1 64:ff9b:1::169.254.1.1 64:ff9b:1:a9fe:1:100::
    2002:a9fe:101::1 ::ffff:0:169.254.1.1`,
  loopback: `
    127.0.0.1 127.0.0.0 127.0.1.1 127.200.3.4 127.255.255.255 0.0.0.0 0.0.0.1 0.255.255.255
    ::1 :: 0:0:0:0:0:0:0:1 0:0:0:0:0:0:0:0 ::0 0000::0001 ::1%lo
    ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:0.0.0.0 ::127.0.0.1 ::7f00:1 ::2 ::ffff:0:7f00:1 ::ffff:0:0:1
    64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b:: 64:ff9b::1
    64:ff9b:1:7f00:0:100:: 64:ff9b:1:7f:0:1:: 64:ff9b:1:0:7f:0:100:0 64:ff9b:1::7f00:1 64:ff9b:1:: 64:ff9b:1::1
    2002:7f00:1:: 2002:7f00::1 2002:: 2002::1 2001:0:808:808::80ff:fffe 2001:: 2001:0:7f00:1::f7f7:f7f7`,
  reserved: `
    192.0.0.0 192.0.0.1 192.0.0.8 192.0.0.9 192.0.0.170 192.0.0.171 192.0.0.255
    192.88.99.0 192.88.99.1 192.88.99.2 192.88.99.255
    224.0.0.0 224.0.0.1 232.1.1.1 239.255.255.250 239.255.255.255
    240.0.0.0 240.0.0.1 250.1.2.3 255.255.255.254 255.255.255.255
    100:: 100::1 100::ffff:ffff:ffff:ffff 100:0:0:1:: 100:0:0:1::1
    2001:10:: 2001:1f:ffff::1 2001:20:: 2001:2f:ffff::1 2001:30:: 2001:3f:ffff::1
    5f00:: 5f00:ffff::1
    ff00:: ff02::1 ff02::1%eth0 ff05::1:3 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
    ::ffff:224.0.0.1 ::ffff:255.255.255.255 64:ff9b::240.0.0.1 64:ff9b:1::e000:1 2002:e000:1::1`,
  private: `
    10.0.0.0 10.1.2.3 10.255.255.255 172.16.0.0 172.20.1.1 172.31.255.255 192.168.0.0 192.168.1.1 192.168.255.255
    100.64.0.0 100.64.0.1 100.127.255.255 100.100.100.199 198.18.0.0 198.18.0.5 198.19.255.255
    192.0.2.0 192.0.2.1 192.0.2.255 198.51.100.0 198.51.100.7 198.51.100.255 203.0.113.0 203.0.113.113 203.0.113.255
    2001:2:: 2001:2:0:ffff::1 2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 3fff:: 3fff:fff:ffff::1
    fc00:: fc00::1 fd00::1 fd12:3456::1 fd00:ec3::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fec0:: fec0::1 feff::1
    ::ffff:10.0.0.1 ::ffff:192.168.0.1 ::10.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1:a01:2:300:: 64:ff9b:1:a:1:203::
    64:ff9b:1:0:a:102:300:0 64:ff9b:1::a01:203 2002:a00:1::1 2002:c0a8:101::1 2001:0:808:808::f5ff:fffe`,
  public: `
    1.1.1.1 8.8.8.8 93.184.216.34 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
    168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0
    192.0.3.0 192.31.196.1 192.52.193.1 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 192.175.48.1
    198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
    2606:2800:220:1::1 2001:4860:4860::8888 2a00:1450:4001::1 2400:cb00::1 2001:3::1 2001:4:112::1 2001:200::1
    2620:4f:8000::1 100:0:0:2::1 101::1 3ffe::1 3fff:1000::1 5eff::1 5f01::1 fbff::1 2001:db7::1 2001:db9::1
    ::ffff:8.8.8.8 ::8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b:1::808:808 64:ff9b:1:808:8:800::
    64:ff9b:1:8:8:808:: 64:ff9b:1:0:8:808:800:0 64:ff9a::7f00:1 64:ff9b:0:1::7f00:1 64:ff9b:2::7f00:1
    2002:808:808::1 2001:0:808:808::f7f7:f7f7`,
};
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

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://169.254.169.254.',
    'http://169.254.169.254:80/',
    'http://169.254.169.254:8080/',
    'http://user@169.254.169.254/',
    'http://169.0xfe.43518/',
    'http://0xa9.254.0251.254/',
    'http://1６9.254.169.254/',
    'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/',
    'http://169。254。169。254/',
    'http://%31%36%39.254.169.254/',
    'http://169.254.169.254%2e/',
    'http:\\\\169.254.169.254\\latest',
    'http:169.254.169.254',
    'http:////169.254.169.254/',
    'http://\t169.254.169\n.254/',
    'http://[64:ff9b:1::a9fe:a9fe]/',
    'http://[2002:a9fe:a9fe::]/',
    'http://[0:0:0:0:0:FFFF:A9FE:A9FE]/',
    'https://169.254.170.2/v2/credentials',
    'http://100.100.100.200/latest/meta-data/',
    'http://0x646464c8/',
  ])('%s is denied', (url) => {
    expect(check(url)).toMatch(
      /requests to https?:.* are not allowed .*(hand out credentials|link-local address)/,
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
    expect(check('https://api.example.com:8443/v1', { allow })).toMatch(/allows other origins only/);
    expect(check('http://api.example.com/v1', { allow })).toMatch(/allows other origins only/);
    const deny = ['https://api.example.com'];
    expect(check('https://api.example.com/v1', { allow, deny })).toMatch(/denies that origin/);
  });

  test('plain HTTP can be denied', () => {
    expect(check('http://api.example.com', { plain: false })).toMatch(/over https: only/);
    expect(check('https://api.example.com', { plain: false })).toBe('allowed');
  });
});
