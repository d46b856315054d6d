import type { Block } from '../../../src/ui/transcript/block.js';
import type { Row } from '../../../src/ui/transcript/body.js';

/** Returns all rows of a message's block. */
export function blockRows(block: Block): Row[] {
  return Array.from({ length: block.parts }, (_, index) => block.part(index).rows).flat();
}
