/** What a text is to the reader; never the only sign of anything. */
export type Tone = 'plain' | 'dim' | 'bold' | 'accent' | 'title';

/** Turns tones into terminal styles. */
export type Theme = (tone: Tone, text: string) => string;

const CODES: Record<Tone, { on: string; off: string }> = {
  plain: { on: '', off: '' },
  dim: { on: '\x1b[2m', off: '\x1b[22m' },
  bold: { on: '\x1b[1m', off: '\x1b[22m' },
  accent: { on: '\x1b[36m', off: '\x1b[39m' },
  title: { on: '\x1b[1m\x1b[36m', off: '\x1b[39m\x1b[22m' },
};

/** One accent colour of the terminal's own palette, so that it suits light and dark ones. */
export const colourTheme: Theme = (tone, text) => `${CODES[tone].on}${text}${CODES[tone].off}`;

/** For NO_COLOR and terminals without styles. */
export const plainTheme: Theme = (_tone, text) => text;
