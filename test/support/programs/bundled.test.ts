import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { upToDate } from './bundled.js';
import { NODE } from './program.js';

let dir: string;
let name: string;
let module: { text: string };
let program: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vastar-bundled-'));
  name = `bundled-${basename(dir)}`;
  write('one');
  module = { text: `import { word } from ${JSON.stringify(join(dir, 'word.ts'))}; console.log(word);` };
});

afterEach(() => {
  rmSync(dir, { recursive: true });
  for (const file of [program, stampOf(program)]) rmSync(file, { force: true });
});

/** The source was written a minute ago: a program is kept only if its sources are older than it. */
function write(word: string): void {
  const file = join(dir, 'word.ts');
  writeFileSync(file, `export const word = '${word}';`);
  const aMinuteAgo = Date.now() / 1000 - 60;
  utimesSync(file, aMinuteAgo, aMinuteAgo);
}

const stampOf = (path: string): string => path.replace(/\.mjs$/, '.json');
const said = (path: string): string => execFileSync(NODE, [path], { encoding: 'utf8' }).trim();

test('a program of the tests is built once, and again after a change of its sources', async () => {
  program = await upToDate(name, module);
  expect(said(program)).toBe('one');
  const { ino } = statSync(stampOf(program));

  await upToDate(name, module);
  expect(statSync(stampOf(program)).ino).toBe(ino);

  write('three');
  expect(await upToDate(name, module)).toBe(program);
  expect(said(program)).toBe('three');
});

test('a program of the tests is built again when it is made from another module', async () => {
  program = await upToDate(name, module);
  await upToDate(name, { text: "console.log('other');" });
  expect(said(program)).toBe('other');
});
