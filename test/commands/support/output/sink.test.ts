import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createSink } from '../../../../src/commands/support/output/sink.js';

function stream(isTTY: boolean, colours = true) {
  let text = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const terminal = { isTTY, columns: 20, hasColors: () => colours };
  return { stream: Object.assign(sink, terminal) as unknown as NodeJS.WriteStream, text: () => text };
}

describe('on a terminal', () => {
  test('only the program’s own styles are written', () => {
    const { stream: terminal, text } = stream(true);
    createSink(terminal).print('a\x1b[31mb\x07 ', ['bold', 'c\x1b[0m\u202e'], '\n');
    expect(text()).toBe('ab \x1b[1mc‹RLO›\x1b[22m\n');
  });

  test('no styles are written without colours', () => {
    const { stream: terminal, text } = stream(true, false);
    createSink(terminal).print(['red', 'a']);
    expect(text()).toBe('a');
  });

  test('an escape sequence cut into two pieces is recognised', () => {
    const { stream: terminal, text } = stream(true);
    const live = createSink(terminal).live();
    expect(live.feed('a\x1b[3')).toBe('a');
    expect(live.feed('1mb\ud83d')).toBe('b');
    expect(live.end()).toBe('\ufffd');
    expect(text()).toBe('ab\ufffd');
  });

  test('a rewritten line fits the terminal', () => {
    const { stream: terminal, text } = stream(true);
    createSink(terminal).rewriteLine('0123456789\x1b[2J0123456789\nmore');
    expect(text()).toBe('\r\x1b[K0123456789012345678');
  });
});

describe('the symbols of plots', () => {
  test.each([
    [{}, '▂█ │…'],
    [{ LANG: 'de_DE.UTF-8' }, '▂█ │…'],
    [{ LANG: 'C.utf8', LC_CTYPE: '' }, '▂█ │…'],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, '.# |.'],
    [{ LANG: 'de_DE.ISO-8859-1' }, '.# |.'],
    [{ LANG: 'de_DE.UTF-8', TERM: 'linux' }, '▄█ │.'],
  ])('with %j are %s, and the words of an answer stay', (env, expected) => {
    const { stream: terminal, text } = stream(true);
    const sink = createSink(terminal, env);
    sink.print('▂█ │… ä\n');
    sink.rewriteLine('▂█ │…');
    sink.rewriteBlock(['▂█ │…']);
    expect(text().split(expected)).toHaveLength(4);
    expect(text()).toContain('ä');
    const file = stream(false);
    createSink(file.stream, env).print('▂█ │…');
    expect(file.text()).toBe('▂█ │…');
  });
});

describe('in a file or pipe', () => {
  test('the bytes stay unchanged, and no styles are added', () => {
    const { stream: file, text } = stream(false);
    const sink = createSink(file);
    sink.print('a\x1b[31m\u202e', ['bold', 'b\x07']);
    const live = sink.live();
    live.feed('\x1b[0m');
    live.end();
    sink.rewriteLine('line');
    sink.clear();
    expect(text()).toBe('a\x1b[31m\u202eb\x07\x1b[0m');
  });
});

test.each([true, false])(
  'JSON escapes invisible characters and keeps its meaning (terminal: %s)',
  (isTTY) => {
    const { stream: output, text } = stream(isTTY);
    const value = { text: 'a\x1b[31m\x9b0m\u202e\ufeff\u{e0041}👩‍👧 می\u200cخواهم' };
    createSink(output).json(value);
    expect(text()).toMatch(/^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ufeff\u{e0041}]*$/u);
    expect(JSON.parse(text())).toEqual(value);
  },
);
