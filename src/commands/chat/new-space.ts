import { setFlagsFromString } from 'node:v8';

/**
 * Leaves V8's room for new objects as large as it is. It would double whenever a large answer comes, up to some
 * 130 MB, and is not given back for as long as answers come; a small one costs no more CPU.
 */
export function keepNewSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
