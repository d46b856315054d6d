import { withBidiMarks } from '../../common/text/bidi.js';

/** Removes terminal control sequences from a text that comes in pieces. */
export interface Sanitizer {
  /** Returns the safe part of the next piece. The total result doesn't depend on where the text was cut. */
  feed(piece: string): string;
  /** Returns the text that was held back because it could be incomplete, and resets the sanitizer. */
  flush(): string;
}

/**
 * After this many characters, a control string (OSC, DCS, …) is read as text, so that it can't hide the rest of an
 * answer.
 */
const MAX_CONTROL_STRING = 4096;
const MAX_CSI = 64;
/** The most marks and joiners on one character. The longest sequences in use have about ten. */
const MAX_MARKS = 16;
/** Flags of regions such as Scotland are a black flag, the region's letters as tags, and a final tag. */
const BLACK_FLAG = 0x1f3f4;
const MAX_FLAG_TAGS = 7;

const REPLACEMENT = '\ufffd';
const ESC = 0x1b;
const BEL = 0x07;
const NEWLINE = 0x0a;
const ZERO_WIDTH_JOINER = 0x200d;

// The fast path: no controls but newline and tab, no format characters, no surrogates, no marks. Other texts are read
// character by character.
const HARMLESS =
  /^[\t\n\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u3000-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3]*$/;
const MARK = /^(?:\p{M}|\u200c|\u200d|\p{Emoji_Modifier})$/u;

type Mode =
  | { kind: 'ground' }
  | { kind: 'escape' }
  /** Between ESC and its final byte, as in `ESC ( B`. */
  | { kind: 'escape-intermediate'; length: number }
  | { kind: 'csi'; length: number }
  /** OSC, DCS, APC, PM and SOS; they end at BEL, ST, another ESC, a line break or the limit. */
  | { kind: 'string'; length: number; escaped: boolean };

const GROUND: Mode = { kind: 'ground' };

/**
 * Creates a sanitizer.
 * - It removes escape sequences with their payloads, C0 (but newline and tab), DEL, C1, invisible format characters,
 *   and tags outside of flags.
 * - Carriage returns and line separators become newlines. Unpaired surrogates become U+FFFD.
 * - A control string ends at the next newline at the latest.
 * - Bidirectional controls stay, because they belong to the text; `withBidiMarks` replaces them for the screen.
 */
export function createSanitizer(): Sanitizer {
  let mode: Mode = GROUND;
  let afterReturn = false;
  let highSurrogate = '';
  let marks = 0;
  let joined = false;
  let flagTags = 0;

  /** @returns the replacement of a character outside of sequences */
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

  /** Ends the current grapheme before `text`. */
  const apart = (text: string): string => {
    marks = 0;
    joined = false;
    flagTags = 0;
    return text;
  };

  /** Drops marks past the limit, so that graphemes stay short. A joined character doesn't restart the count. */
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
        // Control characters and text are not part of the sequence.
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
        // ESC ends the string. Unless `\` follows (ST), it also starts a new sequence.
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

/** Sanitizes a whole text; see `createSanitizer`. */
export function sanitize(text: string): string {
  // Most texts need no change, and opening a saved conversation sanitizes thousands at once.
  if (HARMLESS.test(text)) return text;
  const sanitizer = createSanitizer();
  return sanitizer.feed(text) + sanitizer.flush();
}

/** Sanitizes a whole text and replaces bidirectional controls by marks, for output to a terminal. */
export function forTerminal(text: string): string {
  return withBidiMarks(sanitize(text));
}

/** Sanitizes a whole text and joins its lines and runs of spaces with single spaces. */
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
  // ESC and a character from @ to _ are the 7-bit form of a C1 control, such as ESC [ for CSI.
  const control = code >= 0x40 && code <= 0x5f ? introducedBy(code + 0x40) : undefined;
  if (control !== undefined) return control;
  return code >= 0x20 && code <= 0x2f ? { kind: 'escape-intermediate', length: 0 } : GROUND;
}

/**
 * Whether this is an invisible format character, which can hide text. Joiners don't count, because scripts and emoji
 * need them.
 */
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
