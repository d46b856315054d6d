import type { TerminalEvent } from './bytes/key-events.js';

/**
 * An arrow key within this time after the wheel also comes from the wheel, which sends single ones when it slows down.
 */
const WHEEL_RUNS_ON_MS = 100;

/**
 * One turn of the wheel sends at least this many arrow keys in one read. A held key on a slow connection can send two.
 */
const WHEEL_ARROWS = 3;

/**
 * Without mouse reports the terminal sends arrow keys for the wheel (see `wheelOn`): several in one read, or one soon
 * after such a read. The returned function takes the events of one read and renames those arrows to wheel events,
 * unless the terminal reports the mouse.
 */
export function createWheel(
  now: () => number,
): (events: readonly TerminalEvent[], reportsMouse: boolean) => readonly TerminalEvent[] {
  let wheelMs = Number.NEGATIVE_INFINITY;
  return (events, reportsMouse) => {
    const names = new Set(events.map((event) => (event.kind === 'key' ? event.name : '')));
    const [name = ''] = names;
    if (reportsMouse || names.size !== 1 || (name !== 'up' && name !== 'down')) return events;
    if (events.length < WHEEL_ARROWS && now() - wheelMs > WHEEL_RUNS_ON_MS) return events;
    wheelMs = now();
    return events.map(() => ({ kind: 'key', name: `wheel${name}` }));
  };
}

/**
 * Alternate scroll mode: in the alternate screen the wheel sends arrow keys. The earlier mode is saved first and
 * restored at the end.
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (DECSET 1007, XTSAVE, XTRESTORE)
 */
export const wheelOn = '\x1b[?1007s\x1b[?1007h';
export const wheelAsBefore = '\x1b[?1007r';
