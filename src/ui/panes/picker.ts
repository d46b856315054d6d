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

/** Returns the index of the first shown item. */
function firstShown({ index }: Picker, items: number, height: number): number {
  const room = Math.max(1, height - 1);
  return Math.max(0, Math.min(index - Math.floor(room / 2), items - room));
}

/** Returns the index of the item in this row of the list; undefined when there is none. */
export function pickerEntryAt(picker: Picker, height: number, row: number): number | undefined {
  const items = matching(picker).length;
  const index = firstShown(picker, items, height) + row - 1;
  return row > 0 && index < items ? index : undefined;
}

/** Returns the query, and below it the matching items with the chosen one in view. */
export function pickerLines(picker: Picker, width: number, height: number): readonly Line[] {
  const items = matching(picker);
  const room = Math.max(1, height - 1);
  const from = firstShown(picker, items.length, height);
  const count = `${items.length === 0 ? 0 : picker.index + 1}/${items.length}`;
  const query: Line = [['bold', `${PICKER_TITLES[picker.purpose]} `], ['accent', '> '], picker.query, CARET];
  if (items.length === 0) return [spread(query, [['dim', count]], width), [['dim', '  nothing matches']]];
  return [
    spread(query, [['dim', count]], width),
    ...items.slice(from, from + room).map((item, row): Line => {
      const chosen = from + row === picker.index;
      const label = sanitizeLine(item.label);
      const mark: Line =
        picker.marked === undefined ? [] : [picker.marked.includes(item.id) ? ['accent', '* '] : '  '];
      const left: Line = cut(
        [chosen ? ['accent', '› '] : '  ', ...mark, chosen ? ['bold', label] : label],
        width,
      );
      if (item.hint === undefined) return left;
      const hint: Line = [['dim', sanitizeLine(item.hint)]];
      const room = width - lineWidth(left) - 2;
      return spread(left, room < SHORTEST_CUT_HINT ? hint : cut(hint, room), width);
    }),
  ];
}
