import { HOPS, type HopName, type Hops } from './hops.js';

/** A part of an exchange's time. In ms since the request was sent. */
export interface Stretch {
  readonly name: HopName | 'output';
  readonly label: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Places the hops one after another, as in the waterfall, then the output after the first token. Each stretch begins
 * where the one before it ends.
 * @param e2eMs time to the last output
 */
export function hopStretches(hops: Hops, e2eMs: number | undefined): Stretch[] {
  let atMs = 0;
  const stretches: Stretch[] = [];
  for (const { name, label } of HOPS) {
    const ms = hops[name];
    if (ms === undefined) continue;
    stretches.push({ name, label, startMs: atMs, endMs: atMs + ms });
    atMs += ms;
  }
  if (e2eMs !== undefined && e2eMs > atMs) {
    stretches.push({ name: 'output', label: 'further output', startMs: atMs, endMs: e2eMs });
  }
  return stretches;
}
