import { isIP } from 'node:net';

/** The eight 16-bit groups of an IPv6 address. */
type Groups = readonly number[];

/**
 * Returns the IPv4 addresses that an IPv6 address may lead to through a translator (NAT64, SIIT) or a tunnel (6to4,
 * Teredo). Returns an empty list for IPv4 addresses, and for IPv4-mapped ones, which `BlockList` handles itself.
 */
export function embeddedIPv4(address: string): string[] {
  const groups = isIP(address) === 6 ? groupsOf(address) : [];
  const startsWith = (...prefix: number[]): boolean =>
    prefix.every((group, index) => groups[index] === group);
  if (startsWith(0x64, 0xff9b, 1)) return localTranslators(groups);
  if (startsWith(0x64, 0xff9b, 0, 0, 0, 0)) return [lastOf(groups)];
  // IPv4-translated addresses of SIIT.
  if (startsWith(0, 0, 0, 0, 0xffff, 0)) return [lastOf(groups)];
  // IPv4-compatible addresses, which are deprecated. `::` and `::1` don't belong to them.
  if (startsWith(0, 0, 0, 0, 0, 0)) return groups[6] === 0 && (groups[7] ?? 0) < 2 ? [] : [lastOf(groups)];
  if (startsWith(0x2002)) return [dotted(groups[1], groups[2])];
  // Teredo embeds the server's address, and the client's address with all bits flipped.
  if (startsWith(0x2001, 0)) {
    return [dotted(groups[2], groups[3]), dotted(~(groups[6] ?? 0), ~(groups[7] ?? 0))];
  }
  return [];
}

/**
 * Local-use translators (RFC 8215) may embed the IPv4 address at any of the positions of RFC 6052, 2.2. The bytes at an
 * unused position give an address like 0.x.x.x, which no translator uses.
 */
function localTranslators(groups: Groups): string[] {
  const [, , , three = 0, four = 0, five = 0, six = 0] = groups;
  const candidates = [
    dotted(three, shifted(four, five)),
    dotted(shifted(three, four << 8), five),
    dotted(shifted(four, five), shifted(five, six)),
    lastOf(groups),
  ];
  const likely = candidates.filter((candidate) => !candidate.startsWith('0.'));
  return likely.length > 0 ? likely : candidates;
}

/** Joins the lower byte of one group and the upper byte of the next. */
function shifted(group: number, next: number): number {
  return ((group & 0xff) << 8) | ((next >>> 8) & 0xff);
}

function lastOf(groups: Groups): string {
  return dotted(groups[6], groups[7]);
}

function dotted(high = 0, low = 0): string {
  return [high >>> 8, high, low >>> 8, low].map((byte) => byte & 0xff).join('.');
}

function groupsOf(address: string): number[] {
  // The URL parser returns the canonical form of an IPv6 address, in hexadecimal.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [before = '', after] = canonical.split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const head = parse(before);
  if (after === undefined) return head;
  const tail = parse(after);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
