/** Unicode's bidirectional controls: they are invisible, and reorder the visible text. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['\u061c', 'ALM'],
  ['\u200e', 'LRM'],
  ['\u200f', 'RLM'],
  ['\u202a', 'LRE'],
  ['\u202b', 'RLE'],
  ['\u202c', 'PDF'],
  ['\u202d', 'LRO'],
  ['\u202e', 'RLO'],
  ['\u2066', 'LRI'],
  ['\u2067', 'RLI'],
  ['\u2068', 'FSI'],
  ['\u2069', 'PDI'],
]);
const CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Returns the mark that replaces a bidirectional control: its name, e.g. `‹RLO›`. Undefined for other characters. */
export function bidiMark(character: string): string | undefined {
  const name = NAMES.get(character);
  return name === undefined ? undefined : `‹${name}›`;
}

/** Returns a text with marks in place of its bidirectional controls. */
export function withBidiMarks(text: string): string {
  return text.replace(CONTROLS, (character) => bidiMark(character) ?? '');
}
