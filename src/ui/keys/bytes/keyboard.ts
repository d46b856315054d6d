import { createWheel, wheelAsBefore, wheelOn } from '../wheel.js';
import type { TerminalEvent } from './key-events.js';
import { createKeyParser, WAIT_MS } from './key-parser.js';
import { createRawPaste } from './raw-paste.js';

/** Reads the terminal's input. It owns stdin, the parser's timer, and the modes that change what keys send. */
export interface Keyboard {
  /** Starts reading and calls `receive` for each event. @returns a function that stops it */
  open(receive: (event: TerminalEvent) => void): () => void;
  /**
   * Leaves the terminal to another program: stops reading and resets the modes. `keep input`: only resets modes.
   * Resolves when the terminal's replies have come that the other program would get as typed text.
   */
  leave(input?: 'keep input'): Promise<void>;
  /** Takes the terminal back after `leave`. */
  resume(): void;
  /** Switches mouse reports on or off [off]. */
  reportMouse(on: boolean): void;
}

export interface KeyboardOptions {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  now: () => number;
  /** Only reads keys and pastes and sends no queries; for screen readers. */
  plain: boolean;
  /** Queries the background colour [false]. */
  queriesBackground?: boolean;
  /** Gets each reply of the terminal without its ESC [none]. */
  onReply?: (reply: string) => void;
}

const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l';
/** Queries the kitty flags, then the device attributes. Every terminal answers the second, which ends the wait. */
const ASK = '\x1b[?u\x1b[c';
const ASK_BACKGROUND = '\x1b]11;?\x1b\\';
const ASK_DEVICE = '\x1b[c';
/** A terminal that hasn't replied this long after a query won't reply. */
const REPLY_LIMIT_MS = 1000;
const KITTY_REPLY = /^\[\?\d+u$/;
const DEVICE_REPLY = /^\[\?[\d;]*c$/;
/** Disambiguate escape codes (1), report alternate keys (4). @see https://sw.kovidgoyal.net/kitty/keyboard-protocol/ */
const KITTY_ON = '\x1b[>5u';
const KITTY_OFF = '\x1b[<u';
/**
 * modifyOtherKeys 1 gives codes to keys such as shift+enter. DECSET 1036 sends ESC before a key with alt; by default
 * xterm types "ä" for alt+d. The earlier mode is saved and restored.
 * @see https://invisible-island.net/xterm/modified-keys.html
 */
const MODIFIED_ON = '\x1b[?1036s\x1b[?1036h\x1b[>4;1m';
const MODIFIED_OFF = '\x1b[>4m\x1b[?1036r';

/**
 * DECSET 1002 reports presses, releases, drags and the wheel; 1006 allows columns above 223. With shift (option on
 * macOS) the terminal makes its own selection instead.
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Mouse-Tracking
 */
const MOUSE_ON = '\x1b[?1002h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1002l';

export function createKeyboard(options: KeyboardOptions): Keyboard {
  const { stdin, stdout, now, plain } = options;
  const parser = createKeyParser();
  const wheel = createWheel(now);
  const rawPaste = createRawPaste();
  let receive: ((event: TerminalEvent) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let turnEnd: NodeJS.Immediate | undefined;
  let reading = false;
  let mouse = false;
  /** Whether the terminal has reported the mouse. In tmux, no terminal does while tmux's own mouse mode is off. */
  let mouseSeen = false;
  /** The sequence that switches the key protocol off; undefined until the terminal has reported its protocol. */
  let protocolOff: string | undefined;
  /** Since when a reply with the device attributes is due; undefined when none is. */
  let dueSinceMs: number | undefined;
  /** How many more of these replies the end waits for. */
  let due = 0;
  let onReplied = (): void => {};
  let left = Promise.resolve();
  /** The text that was typed while the end waited for replies. Its keys were meant for the other program. */
  let late: TerminalEvent[] = [];

  const write = (text: string): void => {
    if (stdout.writable) stdout.write(text);
  };
  const onReply = (text: string): void => {
    if (DEVICE_REPLY.test(text)) {
      dueSinceMs = undefined;
      due -= 1;
      if (due === 0) onReplied();
    }
    if (!reading) return;
    options.onReply?.(text);
    const on = KITTY_REPLY.test(text) ? KITTY_ON : DEVICE_REPLY.test(text) ? MODIFIED_ON : undefined;
    if (on === undefined || protocolOff !== undefined || plain) return;
    protocolOff = on === KITTY_ON ? KITTY_OFF : MODIFIED_OFF;
    write(on);
  };
  const hand = (events: readonly TerminalEvent[]): void => {
    for (const event of events) {
      mouseSeen ||= event.kind === 'mouse';
      if (event.kind === 'reply') onReply(event.text);
      else if (reading) receive?.(event);
      else if (event.kind === 'text' || event.kind === 'paste') late.push(event);
    }
  };
  const wait = (): void => {
    clearTimeout(timer);
    clearImmediate(turnEnd);
    const { waiting } = parser;
    if (waiting === undefined || !reading) return;
    // In the kitty protocol the Escape key is a sequence too, so a lone ESC always begins a sequence.
    const limit = waiting === 'escape' && protocolOff === KITTY_OFF ? 'sequence' : waiting;
    // If the program was busy, the rest may have arrived but be unread. The immediate runs after the next read.
    timer = setTimeout(() => {
      turnEnd = setImmediate(onTimeout);
    }, WAIT_MS[limit]);
  };
  const onTimeout = (): void => {
    hand(parser.timeout());
    wait();
  };
  const onData = (data: Uint8Array | string): void => {
    const events = parser.feed(typeof data === 'string' ? Buffer.from(data) : data);
    const reportsMouse = mouse && (mouseSeen || protocolOff === KITTY_OFF);
    hand(rawPaste(wheel(events, reportsMouse)));
    wait();
  };

  const start = (): void => {
    if (!reading) {
      reading = true;
      stdin.setRawMode(true);
      stdin.ref();
      stdin.off('data', onData);
      stdin.on('data', onData);
      stdin.resume();
    }
    protocolOff = undefined;
    if (!plain) dueSinceMs = now();
    const ask = options.queriesBackground === true ? ASK_BACKGROUND + ASK : ASK;
    const typed = late;
    late = [];
    for (const event of typed) receive?.(event);
    write(plain ? PASTE_ON : `${PASTE_ON}${wheelOn}${mouse ? MOUSE_ON : ''}${ask}`);
  };
  const resetModes = (): void => {
    write(`${protocolOff ?? ''}${PASTE_OFF}${mouse ? MOUSE_OFF : ''}${plain ? '' : wheelAsBefore}`);
    protocolOff = undefined;
  };
  const stop = (): void => {
    if (!reading) return;
    reading = false;
    clearTimeout(timer);
    clearImmediate(turnEnd);
    resetModes();
    if (dueSinceMs !== undefined && now() - dueSinceMs < REPLY_LIMIT_MS) left = lastReply().then(release);
    else release();
  };
  /**
   * Resolves when no reply is due any more, at the latest after the limit. Terminals reply in order, so the reply to one
   * more query comes after those to all others, such as the painter's.
   */
  const lastReply = (): Promise<void> =>
    new Promise((resolve) => {
      const limit = setTimeout(resolve, REPLY_LIMIT_MS);
      due = 2;
      onReplied = () => {
        clearTimeout(limit);
        resolve();
      };
      write(ASK_DEVICE);
    });
  const release = (): void => {
    if (reading) return;
    stdin.off('data', onData);
    stdin.pause();
    stdin.setRawMode(false);
    stdin.unref();
  };

  return {
    open(listener) {
      receive = listener;
      start();
      return () => {
        stop();
        receive = undefined;
      };
    },
    async leave(input) {
      if (input === undefined) stop();
      else if (reading) resetModes();
      await left;
    },
    resume() {
      if (receive !== undefined) start();
    },
    reportMouse(on) {
      if (on === mouse || plain) return;
      mouse = on;
      if (reading) write(on ? MOUSE_ON : MOUSE_OFF);
    },
  };
}
