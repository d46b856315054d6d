import { BlockList } from 'node:net';
import { embeddedIPv4 } from './embedded-ipv4.js';

/** The kinds of IP addresses that the egress rules distinguish, the most dangerous first. */
export type AddressKind = 'metadata' | 'link-local' | 'loopback' | 'reserved' | 'private' | 'public';

type Range = readonly [address: string, prefix: number];

// IANA's special-purpose address registries (RFC 6890), without the ranges that they list as globally reachable.
// `BlockList` applies IPv4 ranges to IPv4-mapped IPv6 addresses too.
const RANGES: ReadonlyArray<readonly [AddressKind, readonly Range[]]> = [
  [
    'metadata', // addresses at which clouds serve credentials
    [
      ['169.254.169.254', 32],
      ['169.254.170.2', 32],
      ['100.100.100.200', 32],
      ['192.0.0.192', 32],
      ['168.63.129.16', 32],
      ['fd00:ec2::', 32],
      ['fd20:ce::254', 128],
    ],
  ],
  [
    'link-local',
    [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  ],
  [
    'loopback', // the unspecified address reaches this machine as well
    [
      ['127.0.0.0', 8],
      ['0.0.0.0', 8],
      ['::1', 128],
      ['::', 128],
    ],
  ],
  [
    'reserved', // reserved for protocols, multicast, broadcast and future use
    [
      ['192.0.0.0', 24],
      ['192.88.99.0', 24],
      ['224.0.0.0', 4],
      ['240.0.0.0', 4],
      ['100::', 64],
      ['100:0:0:1::', 64],
      ['2001:10::', 28],
      ['2001:20::', 28],
      ['2001:30::', 28],
      ['5f00::', 16],
      ['ff00::', 8],
    ],
  ],
  [
    'private',
    [
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['100.64.0.0', 10],
      ['fc00::', 7],
      ['fec0::', 10],
      // Reserved for documentation and benchmarks, but sandboxes, VPNs and proxies use them as private addresses.
      ['192.0.2.0', 24],
      ['198.18.0.0', 15],
      ['198.51.100.0', 24],
      ['203.0.113.0', 24],
      ['2001:2::', 48],
      ['2001:db8::', 32],
      ['3fff::', 20],
    ],
  ],
];

const lists = RANGES.map(([kind, ranges]) => {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, familyOf(address));
  return { kind, list };
});

/**
 * Returns the kind of an IP address in any usual notation, without brackets. An IPv6 address that embeds IPv4 addresses
 * gets the most dangerous kind among them.
 */
export function addressKind(address: string): AddressKind {
  // A zone (`fe80::1%eth0`) names the interface, not the address.
  const [bare = ''] = address.split('%');
  const targets = [bare, ...embeddedIPv4(bare)];
  const found = lists.find(({ list }) => targets.some((target) => list.check(target, familyOf(target))));
  return found?.kind ?? 'public';
}

/** Returns the family of a valid address. Node's `isIP` compiles a large pattern, which would delay the start by 3 ms. */
function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
