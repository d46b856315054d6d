import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { DEFAULT_HINTS, type KeyHints } from '../../state/view/key-hints.js';
import { type Binding, KEYMAP } from '../keys/keymap.js';
import { type Line, spread } from '../style/line.js';

const KEYS_WIDTH = 34;

/** Returns all keys and commands, by section. */
export function helpLines(
  width: number,
  bindings: readonly Binding[] = KEYMAP,
  { close }: Pick<KeyHints, 'close'> = DEFAULT_HINTS,
): readonly Line[] {
  const sections = [...new Set(bindings.map((binding) => binding.section))];
  return [
    spread([['title', 'Keys and commands']], [['dim', `${close} closes`]], width),
    ...sections.flatMap((section) => [
      [],
      [['bold', section]] as const,
      ...bindingsOf(
        bindings.filter((binding) => binding.section === section),
        width,
      ),
    ]),
  ];
}

function bindingsOf(bindings: readonly Binding[], width: number): Line[] {
  // Keys and help are side by side if there is room, else one below the other.
  if (width >= KEYS_WIDTH + 30) {
    return bindings.flatMap((binding) =>
      rowsOf(binding.help, width - KEYS_WIDTH).map(
        (row, index): Line => [['accent', (index === 0 ? keysOf(binding) : '').padEnd(KEYS_WIDTH)], row],
      ),
    );
  }
  return bindings.flatMap((binding): Line[] => [
    ...rowsOf(keysOf(binding), width).map((row): Line => [['accent', row]]),
    ...rowsOf(binding.help, width - 2).map((row): Line => ['  ', row]),
  ]);
}

function rowsOf(text: string, width: number): string[] {
  return wrapLine(text, { width }).map((piece) => shownPiece(text, piece));
}

function keysOf({ keys, command, argument }: Binding): string {
  const words = argument === undefined ? '' : ` ${argument}`;
  return [...keys, ...(command === undefined ? [] : [`/${command}${words}`])].join('  ');
}
