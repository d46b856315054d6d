import { HOPS } from '../../metrics/hops.js';

const LABELS = new Map<string, string>(HOPS.map(({ name, label }) => [name, label]));
const PLACES = new Map<string, string>(HOPS.map(({ name, place }) => [name, place]));
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

export const hopLabel = (name: string): string => LABELS.get(name) ?? name;
export const hopPlace = (name: string): string => PLACES.get(name) ?? '';
/** Returns a CSS value that follows the theme. */
export const hopColor = (name: string): string => `var(--${BY_NAME.get(name) ?? 'own-2'})`;
