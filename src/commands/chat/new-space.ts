import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's new space at its initial size. It would double with each large answer, up to some 130 MB, and would not
 * shrink while answers arrive. A small new space costs no more CPU.
 */
export function keepNewSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
