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

export type ThemeName = 'auto' | 'dark' | 'light' | 'none';

/**
 * `auto` has one colour that suits dark and light terminals; `dark` and `light` have a stronger one each, and
 * `light` does without faint text, which is hard to read on white.
 */
export function themeOf(name: ThemeName = 'auto'): Theme {
  switch (name) {
    case 'auto':
      return colourTheme;
    case 'none':
      return plainTheme;
    case 'dark':
      return accented('\x1b[96m', CODES.dim);
    case 'light':
      return accented('\x1b[34m', { on: '\x1b[90m', off: '\x1b[39m' });
  }
}

/** With another accent, all of the terminal's own 16 colours. */
function accented(accent: string, dim: { on: string; off: string }): Theme {
  const codes = {
    ...CODES,
    dim,
    accent: { on: accent, off: '\x1b[39m' },
    title: { on: `\x1b[1m${accent}`, off: '\x1b[39m\x1b[22m' },
  };
  return (tone, text) => `${codes[tone].on}${text}${codes[tone].off}`;
}

/** One accent colour of the terminal's own palette, so that it suits light and dark ones. */
export const colourTheme: Theme = (tone, text) => `${CODES[tone].on}${text}${CODES[tone].off}`;

/** For NO_COLOR and terminals without styles. */
export const plainTheme: Theme = (_tone, text) => text;
