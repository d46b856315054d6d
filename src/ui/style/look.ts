import { readsUtf8 } from '../terminal/encoding.js';
import { forConsole, inAscii } from './ascii.js';
import { isLightBackground, type Theme, type ThemeName, themeOf } from './theme.js';

/** What is known of the terminal's looks. */
export interface Look {
  readonly background?: 'light';
  /** The terminal's reply to the probe of its encoding [it has not replied]. */
  readonly utf8?: boolean;
}

/** Returns the look after a reply of the terminal (without its ESC); `look` itself when the reply says nothing new. */
export function lookAfter(look: Look, reply: string): Look {
  if (look.background === undefined && isLightBackground(reply)) return { ...look, background: 'light' };
  const utf8 = readsUtf8(reply);
  // Later reports may be keys: `CSI 1 ; 3 R` is also F3 with alt.
  return utf8 === undefined || look.utf8 !== undefined ? look : { ...look, utf8 };
}

export interface ThemeOptions {
  name: ThemeName;
  /** The terminal's colour depth in bits. */
  depth: number | undefined;
  /** The environment's TERM. */
  term: string | undefined;
}

/** Returns the theme for a terminal that looks like this. */
export function themeFor({ background, utf8 }: Look, { name, depth, term }: ThemeOptions): Theme {
  const colours = themeOf(name === 'auto' ? (background ?? name) : name, depth);
  if (utf8 === false) return inAscii(colours);
  return term === 'linux' ? forConsole(colours) : colours;
}
