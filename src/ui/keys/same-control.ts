/** Legacy terminals send the same byte for these keys, so the key bindings only have one name for each. */
const SAME_CONTROL: Readonly<Record<string, string>> = {
  'ctrl+-': 'ctrl+_',
  'ctrl+/': 'ctrl+_',
  'ctrl+7': 'ctrl+_',
  'ctrl+[': 'esc',
  'ctrl+i': 'tab',
  'ctrl+m': 'enter',
};

/** Returns the name that the key has in the key bindings. */
export function sameControl(key: string): string {
  return SAME_CONTROL[key] ?? key;
}
