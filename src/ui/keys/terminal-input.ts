/**
 * Keys that Ink hands over without saying which they are, as characters of a private area that nothing else uses;
 * `keyPresses` gives them their names.
 */
const FIRST = 0x10f700;
const WHEEL_UP = String.fromCodePoint(FIRST + 16);
const WHEEL_DOWN = String.fromCodePoint(FIRST + 17);
const LAST = FIRST + 17;

/** A sequence of one key: F1 to F12 in the forms that terminals send. */
const FUNCTION_KEY = /\x1b(?:O([P-S])|\[([P-S])|\[\[([A-E])|\[(1[1-57-9]|2[0134])~)/g;
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ 11: 1, 12: 2, 13: 3, 14: 4, 15: 5, 17: 6, 18: 7, 19: 8, 20: 9, 21: 10, 23: 11, 24: 12 },
  ...{ P: 1, Q: 2, R: 3, S: 4, A: 1, B: 2, C: 3, D: 4, E: 5 },
};

/** Nothing but one arrow key. */
const UPS = /^(?:\x1b[[O]A)+$/;
const DOWNS = /^(?:\x1b[[O]B)+$/;
const ARROW_LENGTH = 3;
/** A hand presses no arrow key so soon after the wheel; a wheel that runs out sends single ones. */
const WHEEL_RUNS_ON_MS = 100;

const PASTE_EDGE = /\x1b\[20([01])~/g;

/** The mouse wheel comes as arrow keys (see `wheelOn`): several in one piece, or soon after such a piece. */
export function createKeyTranslator(now: () => number): (chunk: string) => string {
  let pasting = false;
  let wheelMs = Number.NEGATIVE_INFINITY;
  return (chunk) => {
    const edges = [...chunk.matchAll(PASTE_EDGE)];
    const pasted = pasting || edges.length > 0;
    const last = edges.at(-1);
    if (last !== undefined) pasting = last[1] === '0';
    if (pasted) return chunk;

    const wheel = UPS.test(chunk) ? WHEEL_UP : DOWNS.test(chunk) ? WHEEL_DOWN : undefined;
    if (wheel !== undefined) {
      const rows = chunk.length / ARROW_LENGTH;
      if (rows < 2 && now() - wheelMs > WHEEL_RUNS_ON_MS) return chunk;
      wheelMs = now();
      return wheel.repeat(rows);
    }
    return chunk.replace(FUNCTION_KEY, (sequence, ...names: (string | undefined)[]) => {
      const name = names.slice(0, 4).find((found) => found !== undefined);
      const number = NUMBERS[name ?? ''];
      return number === undefined ? sequence : String.fromCodePoint(FIRST + number);
    });
  };
}

/** Matches the private characters, for `split`. */
export const PRIVATE_KEYS = /[\u{10f700}-\u{10f711}]/u;

/** The name of a key that came as a private character; undefined for any other text. */
export function privateKeyName(char: string): string | undefined {
  const code = char.codePointAt(0) ?? 0;
  if (code < FIRST || code > LAST) return undefined;
  if (char === WHEEL_UP) return 'wheelup';
  return char === WHEEL_DOWN ? 'wheeldown' : `f${code - FIRST}`;
}

/** The terminal's input with its keys translated; everything else is the stream itself. */
export function translated(stdin: NodeJS.ReadStream, now: () => number): NodeJS.ReadStream {
  const translate = createKeyTranslator(now);
  const read = (size?: number): unknown => {
    const chunk: unknown = stdin.read(size);
    return typeof chunk === 'string' ? translate(chunk) : chunk;
  };
  return new Proxy(stdin, {
    get(target, property) {
      if (property === 'read') return read;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/**
 * Alternate scroll mode: in the alternate screen the wheel sends arrow keys. No mouse reports are asked for, so that
 * selecting and copying stay the terminal's own. What the user had is saved first, and restored in the end.
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (DECSET 1007, XTSAVE, XTRESTORE)
 */
export const wheelOn = '\x1b[?1007s\x1b[?1007h';
export const wheelAsBefore = '\x1b[?1007r';
