import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseYaml, readYamlFile } from '../../../src/config/sources/yaml-file.js';
import { makeConfigSandbox } from '../config-sandbox.js';

function problemsOf(text: string) {
  const parsed = parseYaml(text, 'config.yaml');
  return 'problems' in parsed ? parsed.problems : [];
}

test('keys and values have their places in the file', () => {
  const parsed = parseYaml('openai:\n  model: "gpt-4o"\nprofiles: {a.b: {model: x}}\n', 'f.yaml');
  if (parsed.kind !== 'parsed') throw new Error(parsed.kind);
  const place = (path: string[], part: 'key' | 'value') => {
    const source = parsed.locate(path, part);
    return source.kind === 'file' ? `${source.path}:${source.line}:${source.column}` : source.kind;
  };
  expect(place(['openai'], 'key')).toBe('f.yaml:1:1');
  expect(place(['openai', 'model'], 'key')).toBe('f.yaml:2:3');
  expect(place(['openai', 'model'], 'value')).toBe('f.yaml:2:10');
  expect(place(['profiles', 'a.b', 'model'], 'value')).toBe('f.yaml:3:25');
  // A missing key is reported at the mapping that lacks it.
  expect(place(['profiles', 'a.b', 'base_url'], 'value')).toBe('f.yaml:3:12');
  expect(place(['nothing', 'here'], 'value')).toBe('f.yaml:1:1');
});

test.each([
  ['a list that is not closed', 'openai:\n  model: [1\nruntime: 2\n', 3, 1],
  ['a tab as indentation', 'openai:\n\tmodel: x\n', 2, 1],
  ['two mappings in a line', 'openai: model: x\n', 1, 9],
  ['a second document', 'openai:\n---\nruntime:\n', 2, 1],
])('%s is a syntax error with its place', (_name, text, line, column) => {
  expect(parseYaml(text, 'config.yaml').kind).toBe('unusable');
  expect(problemsOf(text)[0]).toMatchObject({
    severity: 'error',
    message: expect.stringMatching(/^[^\n]+$/),
    source: { kind: 'file', path: 'config.yaml', line, column },
  });
});

test.each(['- 1\n', 'text', '5'])('%j is not a mapping', (text) => {
  expect(problemsOf(text)).toMatchObject([{ message: 'must be a mapping of keys such as "openai:"' }]);
});

test.each(['', '# only a comment\n', '---\n', 'null\n', '\uFEFFopenai:\n'])('%j is an empty file', (text) => {
  const parsed = parseYaml(text, 'config.yaml');
  expect(parsed).toMatchObject({ kind: 'parsed', problems: [] });
});

test('a repeated key is reported, and the last one counts', () => {
  const parsed = parseYaml('openai:\n  model: a\n  model: b\n', 'config.yaml');
  expect(parsed).toMatchObject({
    kind: 'parsed',
    tree: { openai: { model: 'b' } },
    problems: [
      {
        severity: 'warning',
        message: 'duplicate key "openai.model": the last one counts',
        source: { line: 3, column: 3 },
      },
    ],
  });
});

test('a dotted key is not a nested one', () => {
  expect(problemsOf('openai:\n  model: a\nopenai.model: b\n')).toEqual([]);
});

test('an unknown tag is a warning', () => {
  expect(problemsOf('openai:\n  model: !secret x\n')).toMatchObject([
    { severity: 'warning', source: { line: 2, column: 10 } },
  ]);
});

test('a merge key adds the keys of another mapping', () => {
  const text = 'profiles:\n  one: &one\n    model: a\n    base_url: u\n  two:\n    <<: *one\n    model: b\n';
  expect(parseYaml(text, 'config.yaml')).toMatchObject({
    kind: 'parsed',
    tree: { profiles: { two: { model: 'b', base_url: 'u' } } },
    problems: [],
  });
});

test('an alias without its anchor makes the file unusable', () => {
  expect(problemsOf('openai: *nothing\n')).toMatchObject([{ message: expect.stringContaining('nothing') }]);
});

test('aliases that expand without limit are refused at once', () => {
  const levels = 'bcdefghij'.split('').map((name, index) => {
    const below = `*${'abcdefghi'[index]}`;
    return `${name}: &${name} [${Array(9).fill(below).join(',')}]`;
  });
  const parsed = parseYaml(`a: &a [x,x]\n${levels.join('\n')}\n`, 'config.yaml');
  expect(parsed).toMatchObject({
    kind: 'unusable',
    problems: [{ message: expect.stringContaining('alias') }],
  });
});

// The parser's own check for repeated keys would take longer than any test may.
test('tens of thousands of keys are read in linear time', () => {
  const text = Array.from({ length: 60_000 }, (_, index) => `key${index}: 1`).join('\n');
  expect(parseYaml(text, 'config.yaml').kind).toBe('parsed');
});

test('no text makes the parser throw', () => {
  const fragment = fc.constantFrom(
    'openai',
    'a',
    ':',
    ' ',
    '\n',
    '  ',
    '-',
    '[',
    '{',
    '}',
    '&x',
    '*x',
    '!',
    '"',
    '|',
    '__proto__',
    '\t',
    '?',
    '%',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 30 }), (parts) => {
      return parseYaml(parts.join(''), 'config.yaml').kind !== 'missing';
    }),
    { numRuns: 500 },
  );
  expect(parseYaml('['.repeat(100_000), 'config.yaml').kind).toBe('unusable');
});

test.each([
  ['larger than 1 MiB', Buffer.alloc(1024 * 1024 + 1, '#'), 'cannot be read: it is larger than 1 MiB'],
  ['not UTF-8', Uint8Array.of(0x61, 0x3a, 0x20, 0xff), 'save it as UTF-8: it has another encoding'],
])('a file that is %s cannot be used', (_name, bytes, message) => {
  const file = makeConfigSandbox().write('some.yaml', bytes);
  expect(readYamlFile(file, 'some.yaml')).toMatchObject({
    kind: 'unusable',
    problems: [
      { message: expect.stringContaining(message), source: { kind: 'whole file', path: 'some.yaml' } },
    ],
  });
});

test('a file of exactly 1 MiB is read', () => {
  const file = makeConfigSandbox().write('some.yaml', Buffer.alloc(1024 * 1024, '#'));
  expect(readYamlFile(file, 'some.yaml').kind).toBe('parsed');
});

test('a directory at the path is an error, and a path without a file is reported as missing', () => {
  const { cwd } = makeConfigSandbox();
  mkdirSync(join(cwd, 'config.yaml'));
  expect(readYamlFile(join(cwd, 'config.yaml'), 'config.yaml')).toMatchObject({
    kind: 'unusable',
    problems: [{ message: expect.stringMatching(/^cannot be read: /) }],
  });
  expect(readYamlFile(join(cwd, 'other.yaml'), 'other.yaml')).toEqual({ kind: 'missing' });
});

test('a pipe at the path is refused without a wait', () => {
  const pipe = join(makeConfigSandbox().cwd, 'config.yaml');
  execFileSync('mkfifo', [pipe]);
  expect(readYamlFile(pipe, 'config.yaml')).toMatchObject({
    kind: 'unusable',
    problems: [{ message: 'cannot be read: it is not a regular file' }],
  });
});
