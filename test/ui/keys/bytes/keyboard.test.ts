import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TerminalEvent } from '../../../../src/ui/keys/bytes/key-events.js';
import { WAIT_MS } from '../../../../src/ui/keys/bytes/key-parser.js';
import { createKeyboard } from '../../../../src/ui/keys/bytes/keyboard.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function start({ plain = false } = {}) {
  let written = '';
  let rawMode = false;
  const stdin = Object.assign(new EventEmitter(), {
    setRawMode(on: boolean) {
      rawMode = on;
    },
    ref: () => {},
    unref: () => {},
    resume: () => {},
    pause: () => {},
  });
  const stdout = { writable: true, write: (text: string) => (written += text) };
  const keyboard = createKeyboard({
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    now: Date.now,
    plain,
  });
  const got: TerminalEvent[] = [];
  const close = keyboard.open((event) => got.push(event));
  return {
    keyboard,
    close,
    got,
    send: (text: string) => void stdin.emit('data', Buffer.from(text)),
    listeners: () => stdin.listenerCount('data'),
    rawMode: () => rawMode,
    /** The output since the last call. */
    written() {
      const text = written;
      written = '';
      return text;
    },
  };
}

const ESC_KEY = { kind: 'key', name: 'esc' };

test('the kitty protocol is switched on with escape codes and base layout keys, and off at the end', () => {
  const { send, written, close, got, listeners, rawMode } = start();
  expect(written()).toContain('\x1b[?u\x1b[c');
  send('\x1b[?0u\x1b[?62c');
  expect(written()).toBe('\x1b[>5u');
  expect(got).toEqual([]);
  close();
  expect(written()).toContain('\x1b[<u');
  expect([listeners(), rawMode()]).toEqual([0, false]);
});

test('without the kitty protocol, modifyOtherKeys is switched on, and off at the end', () => {
  const { send, written, close } = start();
  written();
  send('\x1b[?1;2c');
  expect(written()).toBe('\x1b[?1036s\x1b[?1036h\x1b[>4;1m');
  close();
  expect(written()).toContain('\x1b[>4m\x1b[?1036r');
});

test('many lines at once are a paste, even without the terminal’s marks, and none of them is sent', () => {
  const { send, got } = start();
  send('one\rtwo\r\tthree\rfo');
  send('ur\r');
  expect(got).toEqual([
    { kind: 'paste', text: 'one\ntwo\n\tthree\nfo' },
    { kind: 'paste', text: 'ur\n', more: true },
  ]);
  vi.advanceTimersByTime(500);
  send('five\r');
  expect(got.slice(2)).toEqual([
    { kind: 'text', text: 'five' },
    { kind: 'key', name: 'enter' },
  ]);
});

test('a paste continues after the program was busy for a while', () => {
  const { send, got } = start();
  send('one\rtwo\rthree\rfo');
  vi.setSystemTime(Date.now() + 2000);
  send('ur\r');
  expect(got.at(-1)).toEqual({ kind: 'paste', text: 'ur\n', more: true });
});

test('two messages at once, and a key that repeats, are keys', () => {
  const { send, got } = start();
  send('one\rtwo\r');
  send('\r\r\r\r');
  expect(got.filter(({ kind }) => kind === 'paste')).toEqual([]);
  expect(got).toHaveLength(8);
});

test('for a screen reader only bracketed paste is switched on', () => {
  const { send, written, close } = start({ plain: true });
  send('\x1b[?0u\x1b[?62c');
  expect(written()).toBe('\x1b[?2004h');
  close();
  expect(written()).toBe('\x1b[?2004l');
});

test('replies that come after the end are not left for the shell', async () => {
  const { keyboard, close, send, got, listeners, rawMode, written } = start();
  close();
  expect(written().endsWith('\x1b[c')).toBe(true);
  send('typed\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?0u\x1b[?62c\x1b[1;2R');
  await vi.advanceTimersByTimeAsync(100);
  expect([listeners(), rawMode()]).toEqual([1, true]);
  send('\x1b[?62c');
  await keyboard.leave();
  expect([listeners(), rawMode(), got]).toEqual([0, false, []]);
  expect(vi.getTimerCount()).toBe(0);
  expect(written()).toBe('');
});

test('a terminal that sends no reply is left after a second, and at once if it had a second before', async () => {
  const { keyboard, close, listeners, rawMode } = start();
  close();
  await vi.advanceTimersByTimeAsync(999);
  expect(rawMode()).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  await keyboard.leave();
  expect([listeners(), rawMode()]).toEqual([0, false]);
  const late = start();
  await vi.advanceTimersByTimeAsync(1000);
  late.close();
  expect([late.listeners(), late.rawMode()]).toEqual([0, false]);
});

test('another program gets the terminal in its earlier modes, and the chat reads no key meanwhile', async () => {
  const { keyboard, send, written, got, listeners, rawMode } = start();
  send('\x1b[?0u\x1b[?62c');
  written();
  await keyboard.leave();
  expect(written()).toBe('\x1b[<u\x1b[?2004l\x1b[?1007r');
  expect([listeners(), rawMode()]).toEqual([0, false]);
  keyboard.resume();
  send('\x1b[?0u');
  expect(written()).toMatch(/\x1b\[\?u\x1b\[c\x1b\[>5u$/);
  send('a');
  expect(got).toEqual([{ kind: 'text', text: 'a' }]);
});

test('text that is typed while the chat waits for replies before it leaves comes when it returns', async () => {
  const { keyboard, send, got } = start();
  const left = keyboard.leave();
  send('ty');
  send('ped\r');
  send('\x1b[?62c\x1b[?62c');
  await left;
  expect(got).toEqual([]);
  keyboard.resume();
  send('.');
  expect(got).toEqual(['ty', 'ped', '.'].map((text) => ({ kind: 'text', text })));
});

test('mouse reports are on after they are requested, and off while another program has the terminal', () => {
  const { keyboard, written, close } = start();
  written();
  keyboard.reportMouse(true);
  expect(written()).toBe('\x1b[?1002h\x1b[?1006h');
  keyboard.leave();
  expect(written()).toContain('\x1b[?1006l\x1b[?1002l');
  keyboard.resume();
  expect(written()).toContain('\x1b[?1002h\x1b[?1006h');
  keyboard.reportMouse(false);
  expect(written()).toBe('\x1b[?1006l\x1b[?1002l');
  close();
  expect(written()).not.toContain('1002');
});

test('a lone ESC is the Escape key after a short wait', () => {
  const { send, got } = start();
  send('\x1b');
  vi.advanceTimersByTime(WAIT_MS.escape - 1);
  expect(got).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(got).toEqual([ESC_KEY]);
});

test('an ESC whose rest follows within that wait is one key', () => {
  const { send, got } = start();
  send('\x1b');
  vi.advanceTimersByTime(WAIT_MS.escape - 1);
  send('[D');
  vi.advanceTimersByTime(WAIT_MS.escape);
  expect(got).toEqual([{ kind: 'key', name: 'left' }]);
});

test('with the kitty protocol a lone ESC begins a sequence, however late the rest comes', () => {
  const { send, got } = start();
  send('\x1b[?0u');
  send('\x1b');
  vi.advanceTimersByTime(WAIT_MS.escape * 20);
  send('[D');
  expect(got).toEqual([{ kind: 'key', name: 'left' }]);
  send('\x1b[27u');
  expect(got.at(-1)).toEqual(ESC_KEY);
});

test('the wait for the rest of a sequence is longer than for a lone ESC', () => {
  const { send, got } = start();
  send('\x1b[');
  vi.advanceTimersByTime(WAIT_MS.escape * 10);
  send('D');
  expect(got).toEqual([{ kind: 'key', name: 'left' }]);
});

test('no timer is left after the terminal is closed', () => {
  const { send, close } = start();
  send('\x1b[?62c\x1b');
  close();
  expect(vi.getTimerCount()).toBe(0);
});

const keys = (events: readonly TerminalEvent[]): string[] =>
  events.map((event) => (event.kind === 'key' ? event.name : event.kind));
const UP = '\x1b[A';

test('three arrow keys in one read come from the wheel, two from a held key', () => {
  const { send, got, keyboard } = start();
  keyboard.reportMouse(true);
  send(UP.repeat(2));
  send(UP.repeat(3));
  expect(keys(got)).toEqual(['up', 'up', 'wheelup', 'wheelup', 'wheelup']);
});

test.each([
  ['a terminal that has reported the mouse', '\x1b[<64;10;5M'],
  ['a terminal with the kitty protocol', '\x1b[?0u'],
])('in %s, all arrow keys are keys until mouse reports are off', (_name, first) => {
  const { send, got, keyboard } = start();
  keyboard.reportMouse(true);
  send(first);
  got.length = 0;
  send(UP.repeat(4));
  expect(keys(got)).toEqual(['up', 'up', 'up', 'up']);
  keyboard.reportMouse(false);
  send(UP.repeat(3));
  expect(keys(got).slice(4)).toEqual(['wheelup', 'wheelup', 'wheelup']);
});

test('while the screen is drawn again, keys are still read in raw mode', () => {
  const { keyboard, send, got, rawMode, written, listeners } = start();
  send('\x1b[?0u\x1b[?62c');
  written();
  keyboard.leave('keep input');
  expect(written()).toContain('\x1b[<u');
  // In cooked mode, the terminal would send enter as a line feed, which is ctrl+j.
  send('\r');
  expect([rawMode(), listeners()]).toEqual([true, 1]);
  keyboard.resume();
  expect(written()).toContain('\x1b[?2004h');
  expect(listeners()).toBe(1);
  send('x');
  expect(got).toEqual([
    { kind: 'key', name: 'enter' },
    { kind: 'text', text: 'x' },
  ]);
});
