import type { Figure } from '../../metrics/figures.js';
import { SCREEN_FIGURES } from '../../metrics/screen-figures.js';
import type { Role } from '../../metrics/server/known-servers.js';
import type { ServerReading } from '../../metrics/server/reading.js';
import type { ServerLoad } from '../../state/ports.js';
import { count } from '../style/format.js';
import { cut, type Line, spread } from '../style/line.js';

const SHOWN: readonly (readonly [Role, Figure])[] = [
  ['running', SCREEN_FIGURES.server_running],
  ['waiting', SCREEN_FIGURES.server_waiting],
  ['kv_cache', SCREEN_FIGURES.server_kv_cache],
];

/** Returns the server's load in at most three lines, or one line that says why it is unknown. */
export function serverLines(load: ServerLoad | undefined, width: number): readonly Line[] {
  if (load === undefined) return [];
  if (load.kind === 'unread') return [cut([['dim', `metrics: ${load.problem}`]], width)];
  const lines = shownFigures(load.figures).map(({ figure, value }) =>
    spread([['dim', figure.label]], [value], width),
  );
  return lines.length === 0 ? [cut([['dim', 'metrics: no known names']], width)] : lines;
}

/** Returns the known figures with their values. */
export function shownFigures(figures: ServerReading['figures']): { figure: Figure; value: string }[] {
  return SHOWN.flatMap(([role, figure]) => {
    const value = figures[role];
    if (value === undefined) return [];
    return [{ figure, value: role === 'kv_cache' ? `${Math.round(100 * value)} %` : count(value) }];
  });
}
