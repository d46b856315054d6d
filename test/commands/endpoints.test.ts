import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { addProfile } from '../../src/commands/endpoints/add.js';

function file(text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vt-endpoints-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'config.yaml');
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

test('adding a profile keeps all comments in place', () => {
  const path = file(
    '# mine\nopenai:\n  model: m # the cheap one\n\n# others\nprofiles:\n  a: { base_url: http://h, model: m }\n',
  );
  addProfile(path, 'b', { provider: 'groq', model: 'x', headers: { 'X-Team': 'a' } });
  const text = readFileSync(path, 'utf8');
  for (const comment of ['# mine', 'model: m # the cheap one', '# others']) expect(text).toContain(comment);
  expect(parse(text).profiles).toEqual({
    a: { base_url: 'http://h', model: 'm' },
    b: { provider: 'groq', model: 'x', headers: { 'X-Team': 'a' } },
  });
});

test.each([
  ['no file', undefined],
  ['an empty file', ''],
  ['a file of comments', '# nothing yet\n'],
  ['an empty list of profiles', 'profiles:\n'],
])('%s: the profile becomes the first one', (_name, text) => {
  const path = file(text);
  addProfile(path, 'b', { provider: 'ollama', model: 'x' });
  expect(parse(readFileSync(path, 'utf8')).profiles).toEqual({ b: { provider: 'ollama', model: 'x' } });
});

test.each([
  [
    'profiles: { b: { base_url: http://h, model: m } }\n',
    'b',
    { provider: 'groq', model: 'x' },
    'choose another name',
  ],
  ['', 'b', { model: 'x' }, 'base_url is missing'],
  ['', 'b', { provider: 'nobody', model: 'x' }, 'must be one of'],
  ['', 'b c', { provider: 'groq', model: 'x' }, 'needs a name of letters'],
  ['a: [\n', 'b', { provider: 'groq', model: 'x' }, 'correct '],
  ['- a\n', 'b', { provider: 'groq', model: 'x' }, 'must be a mapping'],
])('%j with %s stays unchanged', (text, name, profile, message) => {
  const path = file(text);
  expect(() => addProfile(path, name, profile)).toThrow(message);
  expect(readFileSync(path, 'utf8')).toBe(text);
});
