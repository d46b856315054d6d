import { HOPS } from '../../metrics/hops.js';

/** The name of a hop, and the place where its time passes. */
export interface HopWords {
  readonly label: string;
  readonly place: string;
}

const WORDS = new Map<string, HopWords>(HOPS.map(({ name, label, place }) => [name, { label, place }]));
/** Without a daemon, these hops are the time that the load test itself takes. */
const DIRECT = new Map<string, HopWords>([
  ['client_to_daemon', { label: 'before the send', place: 'this program' }],
  ['queue', { label: 'connection queue', place: 'this program' }],
  ['daemon_to_client', { label: 'after the read', place: 'this program' }],
]);
/** Color variables of the page's style for the hops of each place, in order. */
const COLORS: Readonly<Record<string, readonly string[]>> = {
  'the provider': ['provider-1', 'provider-2', 'provider-3'],
  'failed attempts': ['failed'],
  'the network': ['network-1', 'network-2', 'network-3', 'network-4', 'network-5'],
  'the daemon': ['daemon-1', 'daemon-2', 'daemon-3'],
  'this program': ['own-1', 'own-2'],
};
const BY_NAME = new Map<string, string>(
  HOPS.map(({ name, place }) => {
    const same = HOPS.filter((one) => one.place === place).map((one): string => one.name);
    const colors = COLORS[place] ?? [];
    return [name, colors[same.indexOf(name) % colors.length] ?? 'text'];
  }),
);

export const hopWords = (name: string, direct: boolean): HopWords =>
  (direct ? DIRECT.get(name) : undefined) ?? WORDS.get(name) ?? { label: name, place: '' };
/** Returns a CSS value that follows the theme. */
export const hopColor = (name: string): string => `var(--${BY_NAME.get(name) ?? 'own-2'})`;
