/** A report of the mouse; columns and rows count from 0. */
export interface MouseReport {
  readonly action: 'press' | 'release' | 'drag' | 'move' | 'wheel-up' | 'wheel-down' | 'other';
  readonly button: 'left' | 'middle' | 'right' | 'none';
  readonly x: number;
  readonly y: number;
  readonly shift: boolean;
}

const BUTTONS = ['left', 'middle', 'right', 'none'] as const;
const SHIFT = 4;
const MOTION = 32;
const WHEEL = 64;
const MORE_BUTTONS = 128;

/**
 * @param code the button code of the SGR form
 * @param place column and row from 1
 * @param up a release in the SGR form, which names the button; the other forms don't name it
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Mouse-Tracking
 */
export function mouseReport(code: number, place: { x: number; y: number }, up = false): MouseReport {
  const button = BUTTONS[code & 3] ?? 'none';
  const at = { x: Math.max(0, place.x - 1), y: Math.max(0, place.y - 1), shift: (code & SHIFT) !== 0 };
  if ((code & MORE_BUTTONS) !== 0) return { action: 'other', button: 'none', ...at };
  if ((code & WHEEL) !== 0) {
    const action = (['wheel-up', 'wheel-down', 'other', 'other'] as const)[code & 3] ?? 'other';
    return { action: up ? 'other' : action, button: 'none', ...at };
  }
  if ((code & MOTION) !== 0) return { action: button === 'none' ? 'move' : 'drag', button, ...at };
  return { action: up || button === 'none' ? 'release' : 'press', button, ...at };
}
