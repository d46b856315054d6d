import type { Line } from '../line.js';

const PROMPTS = [
  'Explain quantum computing in simple terms',
  'Write a binary search in TypeScript',
  'Compare TCP and UDP in a table',
];

const KEYS: readonly (readonly [string, string])[] = [
  ['enter', 'send'],
  ['ctrl+j', 'new line'],
  ['esc', 'stop the answer'],
  ['ctrl+t', 'switch mode'],
  ['?', 'all keys'],
  ['ctrl+c twice', 'quit'],
];

/** What an empty conversation shows; shorter forms where there is little room. */
export function welcomeLines(width: number, height: number): readonly Line[] {
  const full: Line[] = [
    [],
    ['Ask something. The answer streams in here, its timing beside it.'],
    [],
    [['dim', 'For example']],
    ...PROMPTS.map((prompt): Line => ['  ', prompt]),
    [],
    [['dim', 'Keys']],
    ...KEYS.map(([key, does]): Line => ['  ', ['accent', key.padEnd(14)], ['dim', does]]),
  ];
  if (height >= full.length && width >= 66) return full;
  if (height >= 7 && width >= 44)
    return [
      [],
      ['Ask something, for example:'],
      ...PROMPTS.map((prompt): Line => ['  ', prompt]),
      [],
      [['dim', 'enter sends, ? shows all keys']],
    ];
  return [['Ask something.'], [['dim', '? shows all keys']]];
}
