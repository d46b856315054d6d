import type { KeyHints } from '../../state/view/key-hints.js';
import type { Line } from '../style/line.js';

const PROMPTS = [
  'Explain quantum computing in simple terms',
  'Write a binary search in TypeScript',
  'Compare TCP and UDP in a table',
];

const keysOf = ({
  send,
  newline,
  stop,
  mode,
  help,
  quit,
}: KeyHints): readonly (readonly [string, string])[] => [
  [send, 'send'],
  [newline, 'new line'],
  [stop, 'stop the answer'],
  [mode, 'switch mode'],
  [help, 'all keys'],
  [`${quit} twice`, 'quit'],
];

/** What an empty conversation shows; shorter forms where there is little room. */
export function welcomeLines(keys: KeyHints, width: number, height: number): readonly Line[] {
  const full: Line[] = [
    [],
    ['Ask something. The answer streams in here, its timing beside it.'],
    [],
    [['dim', 'For example']],
    ...PROMPTS.map((prompt): Line => ['  ', prompt]),
    [],
    [['dim', 'Keys']],
    ...keysOf(keys).map(([key, does]): Line => ['  ', ['accent', key.padEnd(14)], ['dim', does]]),
  ];
  if (height >= full.length && width >= 66) return full;
  if (height >= 7 && width >= 44)
    return [
      [],
      ['Ask something, for example:'],
      ...PROMPTS.map((prompt): Line => ['  ', prompt]),
      [],
      [['dim', `${keys.send} sends, ${keys.help} shows all keys`]],
    ];
  return [['Ask something.'], [['dim', `${keys.help} shows all keys`]]];
}
