import type { EndpointInfo, ModeInfo } from '../../state/ports.js';
import { sanitizeLine } from '../../state/text/sanitize.js';
import { shownPiece, wrapLine } from '../../state/text/wrap.js';
import type { KeyHints } from '../../state/view/key-hints.js';
import type { Line } from '../style/line.js';
import { hostOf } from './connection.js';

const PROMPTS = [
  'Explain quantum computing in simple terms',
  'Write a binary search in TypeScript',
  'Compare TCP and UDP in a table',
];

export interface Welcome {
  readonly keys: KeyHints;
  readonly endpoint: EndpointInfo;
  readonly modes: readonly ModeInfo[];
  /** The words that start this program in a shell. */
  readonly program: string;
}

const keysOf = ({
  send,
  newline,
  stop,
  mode,
  focus,
  inspect,
  help,
  quit,
}: KeyHints): readonly (readonly [string, string])[] => [
  [send, 'send'],
  [newline, 'new line'],
  [stop, 'stop the answer'],
  [mode, 'switch mode'],
  [focus, `focus a pane; ${help} there explains its figures`],
  [inspect, 'inspect the last exchanges'],
  [help, 'all keys'],
  [quit.startsWith('/') ? quit : `${quit} twice`, 'quit'],
];

/**
 * Returns the text of an empty conversation: which model answers, how to reach a real one, and the examples and keys
 * that fit.
 */
export function welcomeLines(
  { keys, endpoint, modes, program }: Welcome,
  width: number,
  height: number,
): readonly Line[] {
  const intro = introOf({ keys, endpoint, modes, program }, width).flatMap((text) =>
    wrapLine(text, { width }).map((piece): Line => [shownPiece(text, piece)]),
  );
  const examples: Line[] = [
    [],
    [['dim', 'Ask something, for example']],
    ...PROMPTS.map((prompt): Line => ['  ', prompt]),
  ];
  const hint: Line[] = [[], [['dim', `${keys.send} sends, ${keys.help} shows all keys`]]];
  const table: Line[] = [
    [],
    [['dim', 'Keys']],
    ...keysOf(keys).map(([key, does]): Line => ['  ', ['accent', key.padEnd(14)], ['dim', does]]),
  ];
  const forms: readonly (readonly Line[])[] = [
    [[], ...intro, ...examples, ...table],
    [...intro, ...examples, ...hint],
    [...intro, ...hint],
    intro,
  ];
  const short: Line[] = [['Ask something.'], [['dim', `${keys.help} shows all keys`]]];
  return forms.find((lines) => lines.length <= height) ?? short;
}

/** Returns the welcome for a screen reader, without the examples. */
export function spokenWelcome(welcome: Welcome): readonly string[] {
  const { send, help } = welcome.keys;
  return [...introOf(welcome, Number.POSITIVE_INFINITY), `${send} sends, ${help} lists all keys.`];
}

/** The name of the bundled simulator's mode. */
const SIMULATOR = 'simulator';

function introOf({ keys, endpoint, modes, program }: Welcome, width: number): readonly string[] {
  const { name, url, model } = endpoint;
  const others = modes.filter((one) => one.name !== name && one.problem === undefined);
  const names = others.map((one) => sanitizeLine(one.name) + (one.found ? ' (found on this machine)' : ''));
  const switches = `${keys.mode} switches to ${listOf(names)}.`;
  const problem = modes.find((one) => one.name === name)?.problem;
  if (name !== SIMULATOR)
    return [
      // Without its key, the endpoint refuses every question, so the user must know before the first one.
      ...(problem === undefined ? [] : [sanitizeLine(problem)]),
      `Your questions go to ${sanitizeLine(model)} of ${sanitizeLine(name)}, at ${hostOf(url)}.`,
      ...(others.length === 0 ? [] : [switches]),
    ];
  return [
    'This chat shows where the time of each answer goes.',
    'For now a simulator on this machine answers, with made-up text.',
    ...(others.length > 0
      ? [`For a real model, ${switches}`]
      : withCommand('For a real model, set OPENAI_API_KEY, or run:', `${program} endpoints add`, width)),
  ];
}

/** Keeps a command in one row, so that it can be copied. */
function withCommand(text: string, command: string, width: number): readonly string[] {
  const line = `${text} ${command}`;
  return line.length <= width ? [line] : [text, `  ${command}`];
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
