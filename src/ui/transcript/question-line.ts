import type { Message } from '../../state/messages.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { cut, type Line } from '../style/line.js';
import type { Window } from './viewport.js';

/** More characters than a row holds. A question can be a whole file, so the rest is not processed. */
const MAX_CHARACTERS = 500;

/**
 * Returns one line with the question of the answer at the window's top, to replace the first row. Undefined when the
 * question is in view, or when the first row is an ended answer's heading with its figures.
 */
export function questionLine(
  messages: readonly Message[],
  { message: index, edge }: Window['top'],
  width: number,
): Line | undefined {
  const answer = messages[index];
  if (answer?.role !== 'assistant') return undefined;
  const isHeading = edge === 'first' && answer.status.kind !== 'streaming';
  // An answer's last row is empty, and the next question follows it.
  if (isHeading || edge === 'last') return undefined;
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
