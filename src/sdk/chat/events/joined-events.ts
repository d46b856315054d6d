import { isRecord, parseJson } from '../../../common/json.js';

/**
 * Separates joined events: a line end, the field's name in the middle of a line, or an object or `[DONE]` after an
 * object.
 */
const SEAM = /\n|data:\s*(?=[{[])|(?<=\})\s*(?=\{"|\[DONE\]$)/;

/**
 * Returns the events of a text that has several without blank lines between them; one of them may be cut off. Returns
 * undefined for any other text.
 */
export function joinedEvents(text: string): readonly string[] | undefined {
  const pieces = text.split(SEAM);
  const joined =
    pieces.length > 1 && pieces.some((piece) => piece.startsWith('{') && isRecord(parseJson(piece)));
  return joined ? pieces : undefined;
}
