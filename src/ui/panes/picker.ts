import { matching, type Picker, type PickerPurpose } from '../../state/picker.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { cut, type Line, spread } from '../line.js';

const TITLES: Record<PickerPurpose, string> = {
  action: 'Actions',
  mode: 'Modes',
  compare: 'Compare with',
  model: 'Models',
  history: 'Earlier messages',
  branch: 'Branch from',
};

/** What was typed above, what matches below; the chosen one always in view. */
export function pickerLines(picker: Picker, width: number, height: number): readonly Line[] {
  const items = matching(picker);
  const room = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(picker.index - Math.floor(room / 2), items.length - room));
  const count = `${items.length === 0 ? 0 : picker.index + 1}/${items.length}`;
  const query: Line = [
    ['bold', `${TITLES[picker.purpose]} `],
    ['accent', '> '],
    picker.query,
    ['accent', '▏'],
  ];
  if (items.length === 0) return [spread(query, [['dim', count]], width), [['dim', '  nothing matches']]];
  return [
    spread(query, [['dim', count]], width),
    ...items.slice(from, from + room).map((item, row): Line => {
      const chosen = from + row === picker.index;
      const label = sanitizeLine(item.label);
      const left: Line = cut([chosen ? ['accent', '› '] : '  ', chosen ? ['bold', label] : label], width);
      return item.hint === undefined ? left : spread(left, [['dim', sanitizeLine(item.hint)]], width);
    }),
  ];
}
