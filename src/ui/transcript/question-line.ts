import type { Message } from '../../state/messages.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { cut, type Line } from '../style/line.js';
import type { Window } from './viewport.js';

/** More than a row holds: a question can be a whole file. */
const MAX_CHARACTERS = 500;

/**
 * The question of the answer at the window's top in one line, to be shown in place of the first row. Undefined where
 * the question itself is in view, or the first row is worth more: an ended answer's heading with its figures.
 */
export function questionLine(
  messages: readonly Message[],
  { message: index, row, of }: Window['top'],
  width: number,
): Line | undefined {
  const answer = messages[index];
  if (answer?.role !== 'assistant') return undefined;
  const isHeading = row === 0 && answer.status.kind !== 'streaming';
  // An answer's last row is empty: the next question comes below it.
  if (isHeading || row === of - 1) return undefined;
  let question = index - 1;
  while (question >= 0 && messages[question]?.role !== 'user') question -= 1;
  const text = messages[question]?.text.trimStart().slice(0, MAX_CHARACTERS);
  if (text === undefined) return undefined;
  return cut(
    [
      ['accent', 'you'],
      ['dim', ` ↑ ${sanitizeLine(text)}`],
    ],
    width,
  );
}
