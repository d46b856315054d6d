import type { TerminalEvent } from './key-events.js';

/** A hand presses no arrow key so soon after the wheel; a wheel that runs out sends single ones. */
const WHEEL_RUNS_ON_MS = 100;

/**
 * Where no mouse reports are asked for, the wheel comes as arrow keys (see `wheelOn`): several in one read, or soon
 * after such a read. The function takes the events of one read, and gives those arrows the wheel's names.
 */
export function createWheel(
  now: () => number,
): (events: readonly TerminalEvent[]) => readonly TerminalEvent[] {
  let wheelMs = Number.NEGATIVE_INFINITY;
  return (events) => {
    const names = new Set(events.map((event) => (event.kind === 'key' ? event.name : '')));
    const [name = ''] = names;
    if (names.size !== 1 || (name !== 'up' && name !== 'down')) return events;
    if (events.length < 2 && now() - wheelMs > WHEEL_RUNS_ON_MS) return events;
    wheelMs = now();
    return events.map(() => ({ kind: 'key', name: `wheel${name}` }));
  };
}

/**
 * Alternate scroll mode: in the alternate screen the wheel sends arrow keys. What the user had is saved first, and
 * restored in the end.
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (DECSET 1007, XTSAVE, XTRESTORE)
 */
export const wheelOn = '\x1b[?1007s\x1b[?1007h';
export const wheelAsBefore = '\x1b[?1007r';
