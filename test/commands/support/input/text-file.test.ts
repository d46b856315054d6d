import { constants } from 'node:buffer';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { notText, textOf } from '../../../../src/commands/support/input/text-file.js';

const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test('UTF-8 is read, and UTF-16 with a byte order mark as Windows writes it, without the mark', () => {
  expect(textOf(Buffer.from('\u{feff}grün 日本 👍'))).toBe('grün 日本 👍');
  expect(textOf(Buffer.from('\u{feff}grün 日本 👍\r\n', 'utf16le'))).toBe('grün 日本 👍\r\n');
  expect(textOf(swapped('\u{feff}grün 日本 👍'))).toBe('grün 日本 👍');
  expect(textOf(Buffer.of())).toBe('');
});

test.each([
  ['another encoding', [0x67, 0x72, 0xfc, 0x6e]],
  ['UTF-32', [0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]],
  ['half a character', [0xff, 0xfe, 0x41]],
  ['an image', [0xff, 0xd8, 0xff, 0xe0]],
])('%s is not text', (_, bytes) => {
  expect(textOf(Uint8Array.from(bytes))).toBeUndefined();
});

test('the message for a compressed file names the program that decompresses it', () => {
  expect(notText(gzipSync('text'))).toBe('is compressed; decompress it first, with: gunzip');
  expect(notText(zstdCompressSync('text'))).toBe('is compressed; decompress it first, with: unzstd');
  expect(notText(Buffer.of(0xfc))).toMatch(/^is not UTF-8 text/);
});

test('the message for a text that is too long for a string says so', () => {
  expect(notText(Buffer.alloc(constants.MAX_STRING_LENGTH + 1))).toBe('is longer than 512 MB: split it');
});
