import { BlockList, isIP } from 'node:net';

/** The kinds of IP addresses that the rules distinguish. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'link-local' | 'metadata' | 'not a host';

type Range = readonly [address: string, prefix: number];

// IPv4 ranges count for IPv4-mapped IPv6 addresses too (`BlockList` sees to that).
const RANGES: ReadonlyArray<readonly [AddressKind, readonly Range[]]> = [
  [
    'metadata', // addresses at which clouds hand out credentials
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
    'not a host', // multicast and broadcast
    [
      ['224.0.0.0', 4],
      ['255.255.255.255', 32],
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
    ],
  ],
];

const lists = RANGES.map(([kind, ranges]) => {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, familyOf(address));
  return { kind, list };
});

/** The kind of an IP address in any usual notation, without brackets. */
export function addressKind(address: string): AddressKind {
  // A zone (`fe80::1%eth0`) names the interface, not the address.
  const [bare = ''] = address.split('%');
  const inner = embeddedIPv4(bare);
  const target = inner ?? bare;
  return lists.find(({ list }) => list.check(target, familyOf(target)))?.kind ?? 'public';
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** The IPv4 address inside an IPv6 address of a translator (NAT64, SIIT) or a tunnel (6to4). */
function embeddedIPv4(address: string): string | undefined {
  // The URL parser writes an IPv6 address in its one canonical form, in hexadecimal.
  const canonical = isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : '';
  const nat64 = /^64:ff9b::(?:([\da-f]{1,4}):)?([\da-f]{1,4})$/.exec(canonical);
  const sixToFour = /^2002:([\da-f]{1,4}):([\da-f]{0,4}):/.exec(canonical);
  const compatible = /^::(?:ffff:0:)?([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonical);
  const found = nat64 ?? sixToFour ?? compatible;
  if (found === null) return undefined;
  const bits = Number.parseInt(found[1] || '0', 16) * 0x1_0000 + Number.parseInt(found[2] || '0', 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}
