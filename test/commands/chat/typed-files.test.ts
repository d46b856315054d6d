import { writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathOf, typedFiles } from '../../../src/commands/chat/typed-files.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

function fileOf(content: string | Uint8Array, name = 'file'): string {
  const dir = folderForTest();
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

test.each([
  ['plain.txt', 'plain.txt'],
  ["'with space.txt'", 'with space.txt'],
  ['"with space.txt"', 'with space.txt'],
  ['with\\ space.txt', 'with space.txt'],
  ['~/notes.txt', join(homedir(), 'notes.txt')],
  ['~other/x', '~other/x'],
  ['file:///tmp/with%20space%20%C3%A9.txt', '/tmp/with space é.txt'],
  ["'file:///tmp/a'", '/tmp/a'],
  ['file://elsewhere/tmp/a', 'file://elsewhere/tmp/a'],
  ['file:///tmp/%zz', 'file:///tmp/%zz'],
])('the typed path %s is the file %s', (typed, path) => {
  expect(pathOf(typed)).toBe(path);
});

test('a text file is read completely', () => {
  const path = fileOf('résumé\n', 'my notes');
  expect(typedFiles.readText(`'${path}'`)).toEqual({ ok: true, content: 'résumé\n' });
});

test.each([
  ['a missing file', () => '/no/such/file', /cannot be read: /],
  ['a folder', () => tmpdir(), /is not a file/],
  ['an endless device', () => '/dev/zero', /is not a file/],
  ['a binary file', () => fileOf(Uint8Array.of(0xff, 0xfe, 0)), /is not UTF-8 text/],
  ['a file over the size limit', () => fileOf(Buffer.alloc(9 * 1024 * 1024)), /is over 8 MiB/],
])('%s is refused with the reason', (_what, path, reason) => {
  expect(typedFiles.readText(path())).toEqual({ ok: false, problem: expect.stringMatching(reason) });
});

test('tools come from JSON or are refused with the reason', () => {
  expect(typedFiles.readTools(fileOf('[{"name":"weather"}]'))).toEqual({
    ok: true,
    content: [{ type: 'function', function: { name: 'weather' } }],
  });
  expect(typedFiles.readTools(fileOf('{}'))).toEqual({
    ok: false,
    problem: expect.stringMatching(/needs an array of tools/),
  });
});

test.each([
  ['image/png', '\x89PNG\r\n\x1a\nrest'],
  ['image/jpeg', '\xff\xd8\xffrest'],
  ['image/gif', 'GIF89a'],
  ['image/webp', 'RIFF\x04\x00\x00\x00WEBP'],
  ['application/pdf', '%PDF-1.7'],
  ['text/plain', 'some text'],
])('an attachment is %s by its content, not its name', (type, content) => {
  const bytes = Buffer.from(content, 'latin1');
  const path = fileOf(bytes, 'misnamed.bmp');
  expect(typedFiles.readAttachment(path)).toEqual({
    ok: true,
    content: { name: 'misnamed.bmp', type, size: bytes.length, data: bytes.toString('base64'), url: null },
  });
});

test.each([
  ['nothing', '', /is empty/],
  ['a file that no model can read', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0), /not a PDF and not UTF-8 text/],
])('%s is not attached', (_what, content, reason) => {
  expect(typedFiles.readAttachment(fileOf(content))).toEqual({
    ok: false,
    problem: expect.stringMatching(reason),
  });
});
