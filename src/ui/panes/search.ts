import type { KeyHints } from '../../state/view/key-hints.js';
import { MAX_MATCHES, type Search, type SearchCount } from '../../state/view/search.js';
import { count } from '../style/format.js';
import { CARET, cut, joinThatFit, type Line, lineWidth, spread } from '../style/line.js';

/** Returns the search's line: the query, the number of the match, and the keys. */
export function searchLine(
  search: Search,
  { current, total }: SearchCount,
  { choose, close }: KeyHints,
  width: number,
): Line {
  if (search.kind === 'closed') return [];
  const found =
    search.query === ''
      ? ''
      : total === 0
        ? 'nothing found'
        : `${count(current)}/${count(total)}${total >= MAX_MATCHES ? '+' : ''}`;
  const query: Line = [['accent', 'search '], search.query, CARET];
  const room = width - lineWidth(query) - 2;
  const keys = [
    [found],
    [['dim', `${choose} next`]],
    [['dim', '↑ previous']],
    [['dim', `${close} closes`]],
  ] satisfies Line[];
  return spread(cut(query, width - found.length - 1), joinThatFit(keys, Math.max(room, found.length)), width);
}
