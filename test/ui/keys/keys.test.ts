import { describe, expect, test } from 'vitest';
import { createKeymap, parseKey } from '../../../src/ui/keys/bindings.js';
import { commandIn, commandNames, completions, KEYMAP } from '../../../src/ui/keys/keymap.js';
import { helpLines } from '../../../src/ui/panes/help.js';
import { plainText } from '../../../src/ui/style/line.js';

const { actionOf } = createKeymap().keymap;

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
    // Home and end only scroll without a draft: the first matching binding wins.
    // Likewise, with a draft ctrl+e moves to the line's end.
    expect([...meanings].filter(([, count]) => count > 1).map(([id]) => id)).toEqual([
      'ctrl+e (no-draft)',
      'shift+up (no-draft)',
      'shift+down (no-draft)',
      'home (no-draft)',
      'end (no-draft)',
    ]);
  });

  test('depends on the draft for home, end and the question mark', () => {
    expect([actionOf('home', true), actionOf('home', false)]).toEqual(['edit-line-start', 'scroll-start']);
    expect([actionOf('end', true), actionOf('end', false)]).toEqual(['edit-line-end', 'scroll-end']);
    expect([actionOf('?', true), actionOf('?', false)]).toEqual([undefined, 'help']);
    expect([actionOf('ctrl+e', true), actionOf('ctrl+e', false)]).toEqual(['edit-line-end', 'revise']);
  });

  test('is shown completely in the help, at any width', () => {
    for (const width of [20, 50, 86]) {
      const help = helpLines(width).map(plainText).join(' ').replace(/ +/g, ' ');
      for (const { keys, command, help: words } of KEYMAP) {
        for (const name of [...keys, words, ...(command === undefined ? [] : [`/${command}`])])
          expect(help).toContain(name);
      }
    }
  });
});

describe("the user's own keys", () => {
  const own = (keys: Record<string, string[]>) => createKeymap(new Map(Object.entries(keys)));

  test('leave the command /quit when another action has ctrl+c', () => {
    expect(own({ send: ['ctrl+c'] }).keymap.hints.quit).toBe('/quit');
  });

  test('work in lists and the help too, and hints name them', () => {
    const { hints, inList, bindings } = own({ stop: ['ctrl+q'], 'scroll-page-down': ['alt+j'] }).keymap;
    expect(['ctrl+q', 'alt+j', 'esc', 'q'].map(inList)).toEqual(['esc', 'pagedown', 'esc', 'q']);
    expect(hints).toMatchObject({ close: 'ctrl+q', pageDown: 'alt+j', choose: 'enter' });
    expect(plainText(helpLines(80, bindings, hints)[0] ?? [])).toContain('ctrl+q closes');
  });

  test("don't replace a key's own meaning in a list", () => {
    const { hints, inList } = own({ stop: ['ctrl+d'] }).keymap;
    expect(inList('ctrl+d')).toBe('ctrl+d');
    expect(hints).toMatchObject({ stop: 'ctrl+d', close: 'esc' });
  });

  test('replace the defaults, also those that depend on the draft', () => {
    const { keymap, problems } = own({ reconnect: ['alt+c', 'Alt + PageUp'], 'scroll-end': ['end'] });
    expect(keymap.actionOf('alt+c', true)).toBe('reconnect');
    expect(keymap.actionOf('alt+pageup', false)).toBe('reconnect');
    expect(keymap.actionOf('ctrl+r', false)).toBeUndefined();
    expect([keymap.actionOf('end', true), keymap.actionOf('ctrl+end', true)]).toEqual([
      'scroll-end',
      undefined,
    ]);
    expect(problems).toEqual([
      { action: 'scroll-end', severity: 'warning', message: '"end" no longer does edit-line-end' },
    ]);
  });

  test('can be an empty list; then only the command runs the action', () => {
    expect(own({ copy: [] }).keymap.actionOf('ctrl+y', false)).toBeUndefined();
  });

  test('that belong to another action by default give a warning', () => {
    const { keymap, problems } = own({ help: ['ctrl+r'] });
    expect(keymap.actionOf('ctrl+r', true)).toBe('help');
    expect(problems).toEqual([
      { action: 'help', severity: 'warning', message: '"ctrl+r" no longer does reconnect' },
    ]);
  });

  test('that are bound twice run the first action; unknown names are errors', () => {
    const { keymap, problems } = own({
      copy: ['alt+c'],
      new: ['alt+c'],
      fly: ['f'],
      quit: ['hyper+x', 'f99'],
    });
    expect(keymap.actionOf('alt+c', false)).toBe('copy');
    expect(problems.map(({ action, severity }) => [action, severity])).toEqual([
      ['new', 'error'],
      ['fly', 'error'],
      ['quit', 'error'],
      ['quit', 'error'],
    ]);
  });

  test.each([
    ['ctrl+i', 'tab'],
    ['Ctrl+M', 'enter'],
    ['ctrl+/', 'ctrl+_'],
  ])('that no terminal can report give a warning: %s', (name, same) => {
    const { keymap, problems } = own({ compare: [name, 'alt+c'] });
    expect(keymap.actionOf('alt+c', false)).toBe('compare');
    expect([keymap.actionOf('enter', true), keymap.actionOf('tab', true)]).toEqual(['send', 'focus']);
    const message = `write "${same}", or another key: terminals send the same for it and for "${name.toLowerCase()}"`;
    expect(problems).toEqual([{ action: 'compare', severity: 'warning', message }]);
  });

  test('of a single character only work with an empty draft, so that they can be typed', () => {
    const { keymap } = own({ inspect: ['i'] });
    expect([keymap.actionOf('i', false), keymap.actionOf('i', true)]).toEqual(['inspect', undefined]);
  });

  test.each([
    ['Ctrl+K', 'ctrl+k'],
    ['shift+alt+up', 'alt+shift+up'],
    ['ctrl++', 'ctrl++'],
    ['?', '?'],
    ['space', undefined],
    ['ctrl', undefined],
    ['', undefined],
  ])('%j is read as %j', (written, expected) => {
    expect(parseKey(written)).toBe(expected);
  });
});

test('a slash and the beginning of a name find the commands', () => {
  expect(completions('/mo').map(({ command }) => command)).toEqual(['mode', 'modes', 'model', 'mouse']);
  expect(completions('/').length).toBe(commandNames().length);
  expect([completions('mo'), completions('/mode x'), completions('/usr/')]).toEqual([[], [], []]);
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

  test('has a unique name', () => {
    expect(new Set(commandNames()).size).toBe(commandNames().length);
  });
});
