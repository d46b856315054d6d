import { cellWidth, takeCells } from '../../state/text/graphemes.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { matching, type Picker, type PickerPurpose } from '../../state/view/picker.js';
import { CARET, cut, type Line, lineWidth, spread } from '../style/line.js';

/** The titles of lists. */
export const PICKER_TITLES: Record<PickerPurpose, string> = {
  action: 'Actions',
  mode: 'Modes',
  compare: 'Compare with',
  model: 'Models',
  history: 'Earlier messages',
  branch: 'Branch from',
  code: 'Copy code',
};

/** A hint is left out rather than cut to fewer cells than this. */
const SHORTEST_CUT_HINT = 20;

/** A label keeps at least this many cells beside a hint. */
const SHORTEST_LABEL = 16;

/** Returns the index of the first item that is shown below a heading, with the chosen one in the middle if possible. */
export function firstShown(chosen: number, items: number, height: number): number {
  const room = Math.max(1, height - 1);
  return Math.max(0, Math.min(chosen - Math.floor(room / 2), items - room));
}

/** Returns the index of the item in this row of the list; undefined when there is none. */
export function pickerEntryAt(picker: Picker, height: number, row: number): number | undefined {
  const items = matching(picker).length;
  const index = firstShown(picker.index, items, height) + row - 1;
  return row > 0 && index < items ? index : undefined;
}

/** Returns the query, and below it the matching items with the chosen one in view. */
export function pickerLines(picker: Picker, width: number, height: number): readonly Line[] {
  const items = matching(picker);
  const room = Math.max(1, height - 1);
  const from = firstShown(picker.index, items.length, height);
  const count = `${items.length === 0 ? 0 : picker.index + 1}/${items.length}`;
  const query: Line = [['bold', `${PICKER_TITLES[picker.purpose]} `], ['accent', '> '], picker.query, CARET];
  if (items.length === 0) return [spread(query, [['dim', count]], width), [['dim', '  nothing matches']]];
  return [
    spread(query, [['dim', count]], width),
    ...items.slice(from, from + room).map((item, row): Line => {
      const chosen = from + row === picker.index;
      const hint: Line = item.hint === undefined ? [] : [['dim', sanitizeLine(item.hint)]];
      const mark: Line =
        picker.marked === undefined ? [] : [picker.marked.includes(item.id) ? ['accent', '* '] : '  '];
      const start: Line = [chosen ? ['accent', '› '] : '  ', ...mark];
      const label = cutBetweenWords(
        sanitizeLine(item.label),
        width - lineWidth(start),
        lineWidth(hint) > 0 && lineWidth(hint) < SHORTEST_CUT_HINT ? lineWidth(hint) + 2 : 0,
      );
      const left: Line = cut([...start, chosen ? ['bold', label] : label], width);
      if (item.hint === undefined) return left;
      const room = width - lineWidth(left) - 2;
      return spread(left, room < SHORTEST_CUT_HINT ? hint : cut(hint, room), width);
    }),
  ];
}

/** Cuts a label between words, so that it leaves `beside` cells of the width, if enough of it stays visible. */
function cutBetweenWords(label: string, width: number, beside: number): string {
  const room = width - beside;
  if (beside === 0 || room < SHORTEST_LABEL || cellWidth(label) <= room) return label;
  const kept = takeCells(label, room - 1);
  return `${kept.replace(/[,;:]?\s+\S*$/, '')}…`;
}
