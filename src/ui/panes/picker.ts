import { sanitizeLine } from '../../state/text/sanitize.js';
import { matching, type Picker, type PickerPurpose } from '../../state/view/picker.js';
import { CARET, cut, type Line, lineWidth, spread } from '../style/line.js';

const TITLES: Record<PickerPurpose, string> = {
  action: 'Actions',
  mode: 'Modes',
  compare: 'Compare with',
  model: 'Models',
  history: 'Earlier messages',
  branch: 'Branch from',
};

/** In fewer cells a hint that is cut tells nothing: it is left out. */
const SHORTEST_CUT_HINT = 20;

/** What was typed above, what matches below; the chosen one always in view. */
export function pickerLines(picker: Picker, width: number, height: number): readonly Line[] {
  const items = matching(picker);
  const room = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(picker.index - Math.floor(room / 2), items.length - room));
  const count = `${items.length === 0 ? 0 : picker.index + 1}/${items.length}`;
  const query: Line = [['bold', `${TITLES[picker.purpose]} `], ['accent', '> '], picker.query, CARET];
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
