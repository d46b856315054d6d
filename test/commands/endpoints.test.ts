import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { addProfile } from '../../src/commands/endpoints/add.js';
import { folderForTest } from '../support/run/temporary-folder.js';

function file(text?: string): string {
  const folder = folderForTest();
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

test('a linked configuration stays linked, and keeps its permissions and the ends of its lines', () => {
  const path = file('openai:\r\n  model: m\r\n');
  const link = join(dirname(path), 'link.yaml');
  chmodSync(path, 0o640);
  symlinkSync('config.yaml', link);
  addProfile(link, 'b', { provider: 'ollama', model: 'x' });
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readFileSync(path, 'utf8')).toBe(
    'openai:\r\n  model: m\r\nprofiles:\r\n  b:\r\n    provider: ollama\r\n    model: x\r\n',
  );
  expect(readdirSync(dirname(path))).toEqual(['config.yaml', 'link.yaml']);
});

test('a file with comments, lines of Windows and a byte order mark changes only by the profile', () => {
  const text = '\ufeffmode: simulator\r\n# more\r\n# lines\r\nprofiles: {}\r\n';
  const path = file(text);
  for (const name of ['b', 'c', 'd']) addProfile(path, name, { provider: 'ollama', model: 'x' });
  const added = readFileSync(path, 'utf8');
  expect(added.startsWith(text.slice(0, text.indexOf('profiles')))).toBe(true);
  expect(added).not.toContain('\r\r');
});

test('only the owner may read a new configuration', () => {
  const path = file();
  addProfile(path, 'b', { provider: 'ollama', model: 'x' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a configuration in another encoding stays unchanged, and a folder is refused', () => {
  const path = file();
  const bytes = Buffer.from('# caf\xe9\n', 'latin1');
  writeFileSync(path, bytes);
  const profile = { provider: 'ollama', model: 'x' };
  expect(() => addProfile(path, 'b', profile)).toThrow(`save ${path} as UTF-8`);
  expect(readFileSync(path)).toEqual(bytes);
  const folder = dirname(path);
  expect(() => addProfile(folder, 'b', profile)).toThrow(`${folder} cannot be read: it is a folder`);
});
