import { withBidiMarks } from '../../common/bidi.js';

/** Removes what could command a terminal from text that comes in pieces. */
export interface Sanitizer {
  /** The harmless part of the next piece. Any way of cutting a text gives the same result in the end. */
  feed(piece: string): string;
  /** What was held back for a continuation that will not come; starts afresh. */
  flush(): string;
}

/** Longer control strings (OSC, DCS, …) are taken for text again, so that none swallows an answer. */
const MAX_CONTROL_STRING = 4096;
const MAX_CSI = 64;
/** Marks and joiners on one character. The longest sequences in use have about ten. */
const MAX_MARKS = 16;
/** The flags of England, Scotland, Wales and other regions: a black flag, a region's letters as tags, and a last tag. */
const BLACK_FLAG = 0x1f3f4;
const MAX_FLAG_TAGS = 7;

const REPLACEMENT = '\ufffd';
const ESC = 0x1b;
const BEL = 0x07;
const NEWLINE = 0x0a;
const ZERO_WIDTH_JOINER = 0x200d;

// What the fast path lets through: no controls but newline and tab, no format characters, no surrogates,
// no marks. Everything else goes character by character.
const HARMLESS =
  /^[\t\n\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3]*$/;
const MARK = /^(?:\p{M}|\u200c|\u200d|\p{Emoji_Modifier})$/u;

type Mode =
  | { kind: 'ground' }
  | { kind: 'escape' }
  /** Between ESC and its final byte, as in `ESC ( B`. */
  | { kind: 'escape-intermediate'; length: number }
  | { kind: 'csi'; length: number }
  /** OSC, DCS, APC, PM, SOS: to BEL, ST or the limit. */
  | { kind: 'string'; length: number; escaped: boolean };

const GROUND: Mode = { kind: 'ground' };

/**
 * Removes escape sequences with their payloads, C0 (but newline and tab), DEL, C1, invisible format characters, and tags
 * that are no flag's; carriage returns and line separators become newlines; unpaired surrogates become U+FFFD. A control
 * string ends at a newline at the latest. Bidirectional controls stay: they belong to the text, and whoever shows it
 * shows marks in their places.
 */
export function createSanitizer(): Sanitizer {
  let mode: Mode = GROUND;
  let afterReturn = false;
  let highSurrogate = '';
  let marks = 0;
  let joined = false;
  let flagTags = 0;

  /** @returns what is shown of a character outside any sequence */
  const inGround = (char: string, code: number): string => {
    const follows = afterReturn;
    afterReturn = code === 0x0d;
    if (code === NEWLINE) return apart(follows ? '' : '\n');
    if (code === 0x0d || code === 0x2028 || code === 0x2029) return apart('\n');
    if (code === 0x09) return apart(char);
    const next = introducedBy(code);
    if (next !== undefined) mode = next;
    const tagsLeft = flagTags;
    flagTags = code === BLACK_FLAG ? MAX_FLAG_TAGS : isTag(code) ? Math.max(0, flagTags - 1) : 0;
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || isInvisible(code)) return '';
    if (isTag(code)) return tagsLeft > 0 ? char : '';
    if (code >= 0xd800 && code <= 0xdfff) return REPLACEMENT;
    return shownUnlessPiledUp(char, code);
  };

  /** What nothing before is joined to. */
  const apart = (text: string): string => {
    marks = 0;
    joined = false;
    flagTags = 0;
    return text;
  };

  /** Keeps graphemes short: a character joined to the one before does not start a new count. */
  const shownUnlessPiledUp = (char: string, code: number): string => {
    const continues = joined;
    joined = false;
    if (code < 0x300 || !MARK.test(char)) {
      if (!continues) marks = 0;
      return char;
    }
    marks += 1;
    if (marks > MAX_MARKS) return '';
    joined = code === ZERO_WIDTH_JOINER;
    return char;
  };

  const take = (char: string): string => {
    const code = char.codePointAt(0) ?? 0;
    const was = mode;
    switch (was.kind) {
      case 'ground':
        return inGround(char, code);
      case 'escape':
        mode = afterEscape(code);
        // A control character or text is no part of the sequence.
        return mode === GROUND && (code < 0x30 || code > 0x7e) ? inGround(char, code) : '';
      case 'escape-intermediate':
      case 'csi': {
        const [finalFrom, limit] = was.kind === 'csi' ? [0x40, MAX_CSI] : [0x30, 4];
        mode = GROUND;
        if (code >= finalFrom && code <= 0x7e) return '';
        if (code < 0x20 || code > 0x7e || was.length >= limit) return inGround(char, code);
        mode = { kind: was.kind, length: was.length + 1 };
        return '';
      }
      case 'string':
        mode = GROUND;
        if (code === BEL || code === 0x9c || (was.escaped && char === '\\')) return '';
        // ESC ends the string; what follows is a sequence of its own unless it completes ST.
        if (was.escaped) {
          mode = { kind: 'escape' };
          return take(char);
        }
        if (code === NEWLINE || code === 0x0d || was.length >= MAX_CONTROL_STRING)
          return inGround(char, code);
        mode = { kind: 'string', length: was.length + 1, escaped: code === ESC };
        return '';
    }
  };

  return {
    feed(piece) {
      const fresh = mode === GROUND && !afterReturn && !joined && highSurrogate === '';
      if (fresh && HARMLESS.test(piece)) {
        if (piece !== '') {
          marks = 0;
          flagTags = 0;
        }
        return piece;
      }
      let text = highSurrogate + piece;
      highSurrogate = '';
      if (/[\ud800-\udbff]$/.test(text)) {
        highSurrogate = text.slice(-1);
        text = text.slice(0, -1);
      }
      let shown = '';
      for (const char of text) shown += take(char);
      return shown;
    },
    flush() {
      const held = highSurrogate === '' ? '' : take(highSurrogate);
      mode = GROUND;
      afterReturn = false;
      highSurrogate = '';
      marks = 0;
      joined = false;
      flagTags = 0;
      return held;
    },
  };
}

/** A whole text made harmless; see `createSanitizer`. */
export function sanitize(text: string): string {
  // Most texts are, and a saved conversation brings ten thousand of them at once.
  if (HARMLESS.test(text)) return text;
  const sanitizer = createSanitizer();
  return sanitizer.feed(text) + sanitizer.flush();
}

/** A whole text as a terminal can be given it: harmless, with marks in place of bidirectional controls. */
export function forTerminal(text: string): string {
  return withBidiMarks(sanitize(text));
}

/** A whole text made harmless, on one line. */
export function sanitizeLine(text: string): string {
  return sanitize(text).replace(/\s+/g, ' ').trim();
}

function introducedBy(code: number): Mode | undefined {
  switch (code) {
    case ESC:
      return { kind: 'escape' };
    case 0x9b:
      return { kind: 'csi', length: 0 };
    case 0x90:
    case 0x98:
    case 0x9d:
    case 0x9e:
    case 0x9f:
      return { kind: 'string', length: 0, escaped: false };
    default:
      return undefined;
  }
}

function afterEscape(code: number): Mode {
  if (code === ESC) return { kind: 'escape' };
  // ESC [ and its kin are the 7-bit forms of C1.
  const control = code >= 0x40 && code <= 0x5f ? introducedBy(code + 0x40) : undefined;
  if (control !== undefined) return control;
  return code >= 0x20 && code <= 0x2f ? { kind: 'escape-intermediate', length: 0 } : GROUND;
}

/** Format characters that are not seen but hide text. Joiners stay: scripts and emoji use them. */
function isInvisible(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x180e ||
    code === 0x200b ||
    (code >= 0x2060 && code <= 0x2065) ||
    (code >= 0x206a && code <= 0x206f) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb)
  );
}

function isTag(code: number): boolean {
  return code >= 0xe0000 && code <= 0xe007f;
}
