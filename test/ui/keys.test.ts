import { describe, expect, test } from 'vitest';
import { actionOf, commandIn, commandNames, KEYMAP } from '../../src/ui/keymap.js';
import { type KeyPress, keyPresses } from '../../src/ui/keys.js';
import { plainText } from '../../src/ui/line.js';
import { helpLines } from '../../src/ui/panes/help.js';

type InkKey = Parameters<typeof keyPresses>[1];

function key(values: Partial<InkKey> = {}): InkKey {
  return {
    upArrow: false,
    downArrow: false,
    leftArrow: false,
    rightArrow: false,
    pageDown: false,
    pageUp: false,
    home: false,
    end: false,
    return: false,
    escape: false,
    ctrl: false,
    shift: false,
    tab: false,
    backspace: false,
    delete: false,
    meta: false,
    super: false,
    hyper: false,
    capsLock: false,
    numLock: false,
    ...values,
  };
}
const names = (presses: readonly KeyPress[]): string[] =>
  presses.map((press) => (press.kind === 'key' ? `<${press.name}>` : press.text));

describe('what was typed', () => {
  test.each<[string, string, Partial<InkKey>, string[]]>([
    ['a letter', 'a', {}, ['a']],
    ['a capital', 'A', { shift: true }, ['A']],
    ['enter', '\r', { return: true }, ['<enter>']],
    ['alt+enter', '\r', { return: true, meta: true }, ['<alt+enter>']],
    ['shift+enter', '', { return: true, shift: true }, ['<shift+enter>']],
    ['ctrl+j as a newline', '\n', {}, ['<ctrl+j>']],
    ['ctrl+j as the kitty protocol tells it', 'j', { ctrl: true }, ['<ctrl+j>']],
    ['escape, also twice', '', { escape: true, meta: true }, ['<esc>']],
    ['an arrow with a modifier', '', { leftArrow: true, ctrl: true }, ['<ctrl+left>']],
    ['alt and a letter', 'b', { meta: true }, ['<alt+b>']],
    ['a chunk of text and enter', 'hello\r', {}, ['hello', '<enter>']],
    [
      'a chunk with several keys',
      'one\ntwo\r\x01three',
      {},
      ['one', '<ctrl+j>', 'two', '<enter>', '<ctrl+a>', 'three'],
    ],
    ['a key being let go', 'a', { eventType: 'release' }, []],
    ['wide and combined characters', '世界👩‍👧', {}, ['世界👩‍👧']],
    ['something invisible', 'a\u202eb', {}, ['ab']],
  ])('%s', (_name, input, flags, expected) => {
    expect(names(keyPresses(input, key(flags)))).toEqual(expected);
  });
});

describe('the table of keys', () => {
  test('gives each key one meaning at a time', () => {
    const meanings = new Map<string, number>();
    for (const { keys, when } of KEYMAP) {
      for (const name of keys) {
        for (const state of when === undefined ? ['draft', 'no-draft'] : [when]) {
          const id = `${name} (${state})`;
          meanings.set(id, (meanings.get(id) ?? 0) + 1);
        }
      }
    }
    // Home and end scroll only while there is no draft to move in: the first binding that applies acts.
    expect([...meanings].filter(([, count]) => count > 1).map(([id]) => id)).toEqual([
      'home (no-draft)',
      'end (no-draft)',
    ]);
  });

  test('tells home and end, and the question mark, by the draft', () => {
    expect([actionOf('home', true), actionOf('home', false)]).toEqual(['edit:line-start', 'scroll:start']);
    expect([actionOf('end', true), actionOf('end', false)]).toEqual(['edit:line-end', 'scroll:end']);
    expect([actionOf('?', true), actionOf('?', false)]).toEqual([undefined, 'help']);
  });

  test('is all on the help screen, at any width', () => {
    for (const width of [20, 50, 86]) {
      const help = helpLines(width).map(plainText).join(' ').replace(/ +/g, ' ');
      for (const { keys, command, help: words } of KEYMAP) {
        for (const name of [...keys, words, ...(command === undefined ? [] : [`/${command}`])])
          expect(help).toContain(name);
      }
    }
  });
});

describe('a command', () => {
  test.each([
    ['/help', { name: 'help', argument: undefined, action: 'help' }],
    ['/mode openai', { name: 'mode', argument: 'openai', action: 'mode' }],
    ['/nonsense', { name: 'nonsense', argument: undefined, action: undefined }],
  ])('%s', (draft, expected) => {
    expect(commandIn(draft)).toEqual(expected);
  });

  test.each(['/usr/bin/env is what?', '// a comment', 'help', '/help\nme', ' /help', '/'])(
    'is not in %j',
    (draft) => {
      expect(commandIn(draft)).toBeUndefined();
    },
  );

  test('has a name that is typed once', () => {
    expect(new Set(commandNames()).size).toBe(commandNames().length);
  });
});
