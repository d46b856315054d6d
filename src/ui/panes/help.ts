import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import { type Binding, KEYMAP } from '../keymap.js';
import { type Line, spread } from '../line.js';

const KEYS_WIDTH = 33;

/** All keys and commands, by section. */
export function helpLines(width: number, bindings: readonly Binding[] = KEYMAP): readonly Line[] {
  const sections = [...new Set(bindings.map((binding) => binding.section))];
  return [
    spread([['title', 'Keys and commands']], [['dim', 'esc closes']], width),
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
  // Side by side where there is room, else under one another.
  if (width >= KEYS_WIDTH + 30) {
    return bindings.map((binding) => [['accent', keysOf(binding).padEnd(KEYS_WIDTH)], binding.help]);
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
