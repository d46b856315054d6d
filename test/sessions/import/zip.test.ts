import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zipEntries } from '../../../src/sessions/import/zip.js';
import { SessionsError } from '../../../src/sessions/problem.js';
import { zipOf } from '../../support/texts/zip.js';

const FILES = { 'conversations.json': '[{"a":1}]'.repeat(50), 'ordner/Größe.json': '{}', 'empty.json': '' };

function contentsOf(archive: Buffer): Record<string, string> {
  const entries = zipEntries(archive.length, (at, length) => archive.subarray(at, at + length));
  return Object.fromEntries(entries.map((entry) => [entry.name, entry.read().toString()]));
}

test.each([
  ['compressed', {}],
  ['stored', { stored: true }],
  ['in the form for more than 4 GB', { large: true }],
  ['with a comment at its end', { comment: 'PK\u0005\u0006 made by hand' }],
])('the files of an archive are read: %s', (_how, options) => {
  expect(contentsOf(zipOf(FILES, options))).toEqual(FILES);
});

test('an archive without files is read', () => {
  expect(contentsOf(zipOf({}))).toEqual({});
});

describe('an archive that can not be read is refused, with what to do:', () => {
  test.each([
    ['one that is encrypted', zipOf(FILES, { flags: 0x801 }), /encrypted; unzip it/],
    ['one that unpacks to more than it states', zipOf(FILES, { stated: 3 }), /damaged/],
    ['one that unpacks to less than it states', zipOf(FILES, { stated: 9999 }), /damaged/],
    ['one that was cut', zipOf(FILES).subarray(0, 300), /damaged or incomplete/],
    ['one that has only its beginning', Buffer.from('PK\u0003\u0004'), /damaged or incomplete/],
    ['one whose content was changed', changed(zipOf(FILES, { stored: true }), '"a":1', '"a":2'), /damaged/],
  ])('%s', (_what, archive, message) => {
    expect(() => contentsOf(archive)).toThrow(SessionsError);
    expect(() => contentsOf(archive)).toThrow(message);
  });
});

function changed(archive: Buffer, from: string, to: string): Buffer {
  archive.write(to, archive.indexOf(from));
  return archive;
}

test('an archive with any byte changed is read or refused', () => {
  const archive = zipOf(FILES, { large: true });
  fc.assert(
    fc.property(fc.nat(archive.length - 1), fc.nat(255), (at, value) => {
      const broken = Buffer.from(archive);
      broken[at] = value;
      try {
        contentsOf(broken);
      } catch (error) {
        expect(error).toBeInstanceOf(SessionsError);
      }
    }),
    { numRuns: 500 },
  );
});
