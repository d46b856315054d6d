/** What a text is to the reader; never the only sign of anything. */
export type Tone = 'plain' | 'dim' | 'bold' | 'accent' | 'title' | 'match' | 'current-match' | TextTone;

/** In answers: emphasis, and what highlighted code tells apart. */
type TextTone = 'italic' | 'struck' | 'code' | 'link' | 'keyword' | 'string' | 'number' | 'name';

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
  struck: { on: '\x1b[9m', off: '\x1b[29m' },
  code: { on: '\x1b[36m', off: '\x1b[39m' },
  link: { on: '\x1b[4m', off: '\x1b[24m' },
  keyword: { on: '\x1b[35m', off: '\x1b[39m' },
  string: { on: '\x1b[32m', off: '\x1b[39m' },
  number: { on: '\x1b[33m', off: '\x1b[39m' },
  name: { on: '\x1b[34m', off: '\x1b[39m' },
};

/** One accent colour of the terminal's own palette, so that it suits light and dark ones. */
export const colourTheme: Theme = (tone, text) => `${CODES[tone].on}${text}${CODES[tone].off}`;

/** For NO_COLOR and terminals without styles. */
export const plainTheme: Theme = (_tone, text) => text;
