/** The role of a text, which selects its style. No information is shown by style alone. */
export type Tone = 'plain' | 'dim' | 'bold' | 'accent' | 'title' | 'match' | 'current-match' | TextTone;

/** The tones of emphasis and of highlighted code in answers. */
type TextTone =
  | 'italic'
  | 'bold-italic'
  | 'struck'
  | 'code'
  | 'link'
  | 'keyword'
  | 'string'
  | 'number'
  | 'name';

/** Turns tones into terminal styles. */
export type Theme = (tone: Tone, text: string) => string;

const CODES: Record<Tone, { on: string; off: string }> = {
  plain: { on: '', off: '' },
  dim: { on: '\x1b[2m', off: '\x1b[22m' },
  bold: { on: '\x1b[1m', off: '\x1b[22m' },
  accent: { on: '\x1b[36m', off: '\x1b[39m' },
  title: { on: '\x1b[1m\x1b[36m', off: '\x1b[39m\x1b[22m' },
  match: { on: '\x1b[7m', off: '\x1b[27m' },
  'current-match': { on: '\x1b[7m\x1b[33m', off: '\x1b[39m\x1b[27m' },
  italic: { on: '\x1b[3m', off: '\x1b[23m' },
  'bold-italic': { on: '\x1b[1m\x1b[3m', off: '\x1b[23m\x1b[22m' },
  struck: { on: '\x1b[9m', off: '\x1b[29m' },
  code: { on: '\x1b[36m', off: '\x1b[39m' },
  link: { on: '\x1b[4m', off: '\x1b[24m' },
  keyword: { on: '\x1b[35m', off: '\x1b[39m' },
  string: { on: '\x1b[32m', off: '\x1b[39m' },
  number: { on: '\x1b[33m', off: '\x1b[39m' },
  name: { on: '\x1b[34m', off: '\x1b[39m' },
};

export type ThemeName = 'auto' | 'dark' | 'light' | 'none';

/** The colour depth of 256 colours, in bits. Colours from 16 on are the same on all terminals. */
const INDEXED_DEPTH = 8;

/**
 * Returns a theme. `auto` uses the terminal's own colours; on a known light background, `light` takes its place. `dark` and
 * `light` have fixed colours with a contrast of at least 4.5:1 on usual backgrounds, and no faint text.
 * @param depth the terminal's colour depth in bits, from `getColorDepth`
 */
export function themeOf(name: ThemeName, depth = INDEXED_DEPTH): Theme {
  switch (name) {
    case 'auto':
      return colourTheme;
    case 'none':
      return plainTheme;
    case 'dark':
      return depth < INDEXED_DEPTH ? fewColours.dark : indexed(DARK);
    case 'light':
      return depth < INDEXED_DEPTH ? fewColours.light : indexed(LIGHT);
  }
}

/** Numbers of the 256 colours. */
interface Palette {
  readonly dim: number;
  readonly accent: number;
  readonly code: number;
  readonly keyword: number;
  readonly string: number;
  readonly number: number;
  readonly name: number;
  readonly mark: number;
}

const DARK: Palette = {
  dim: 248,
  accent: 80,
  code: 80,
  keyword: 213,
  string: 114,
  number: 221,
  name: 117,
  mark: 221,
};
const LIGHT: Palette = {
  dim: 241,
  accent: 25,
  code: 24,
  keyword: 90,
  string: 22,
  number: 88,
  name: 19,
  mark: 25,
};

function indexed({ mark, ...colours }: Palette): Theme {
  const of = (colour: number, before = '', after = '') => ({
    on: `${before}\x1b[38;5;${colour}m`,
    off: `\x1b[39m${after}`,
  });
  const codes = {
    ...CODES,
    dim: of(colours.dim),
    accent: of(colours.accent),
    title: of(colours.accent, '\x1b[1m', '\x1b[22m'),
    'current-match': of(mark, '\x1b[7m', '\x1b[27m'),
    code: of(colours.code),
    keyword: of(colours.keyword),
    string: of(colours.string),
    number: of(colours.number),
    name: of(colours.name),
  };
  return (tone, text) => `${codes[tone].on}${text}${codes[tone].off}`;
}

/**
 * Whether the background in a terminal's reply to OSC 11 is light: `]11;rgb:ffff/ffff/ffff`, with one to four digits for
 * each colour. A colour of an unknown form counts as dark.
 */
export function isLightBackground(reply: string): boolean {
  const [, ...parts] = /^\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(reply) ?? [];
  const [red = 0, green = 0, blue = 0] = parts.map(
    (part) => Number.parseInt(part, 16) / (16 ** part.length - 1),
  );
  return 0.299 * red + 0.587 * green + 0.114 * blue > 0.5;
}

/** Themes for at most 16 colours, which each terminal defines itself. They avoid colours that are hard to read. */
const fewColours = {
  dark: accented('\x1b[96m', { name: { on: '\x1b[94m', off: '\x1b[39m' } }),
  light: accented('\x1b[34m', {
    dim: { on: '\x1b[90m', off: '\x1b[39m' },
    code: { on: '\x1b[34m', off: '\x1b[39m' },
    string: { on: '\x1b[31m', off: '\x1b[39m' },
    number: { on: '\x1b[31m', off: '\x1b[39m' },
    'current-match': { on: '\x1b[7m\x1b[34m', off: '\x1b[39m\x1b[27m' },
  }),
};

/** Returns a theme of the terminal's 16 colours, with another accent and with `changed` codes. */
function accented(accent: string, changed: Partial<typeof CODES>): Theme {
  const codes = {
    ...CODES,
    ...changed,
    accent: { on: accent, off: '\x1b[39m' },
    title: { on: `\x1b[1m${accent}`, off: '\x1b[39m\x1b[22m' },
  };
  return (tone, text) => `${codes[tone].on}${text}${codes[tone].off}`;
}

/** Uses the terminal's own palette. */
export const colourTheme: Theme = (tone, text) => `${CODES[tone].on}${text}${CODES[tone].off}`;

/** For NO_COLOR: no styles except for matches, which are reversed because nothing else marks them. */
export const plainTheme: Theme = (tone, text) =>
  tone === 'match' || tone === 'current-match' ? `${CODES.match.on}${text}${CODES.match.off}` : text;
