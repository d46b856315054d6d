import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReport, openReports, replacesTables } from '../../../../src/commands/bench/report/files.js';
import { forEachTest } from '../../../support/run/each-test.js';

const folder = forEachTest(async () => {
  const path = mkdtempSync(join(tmpdir(), 'vt-report-'));
  return { path, close: async () => rmSync(path, { recursive: true }) };
});
const inFolder = (name: string): string => join(folder().path, name);
const textOf = (name: string): string => readFileSync(inFolder(name), 'utf8');

test('an earlier report stays until the new one is complete', () => {
  writeFileSync(inFolder('r.json'), 'earlier');
  const report = openReport('--json', inFolder('r.json'));
  expect(textOf('r.json')).toBe('earlier');
  report.write(['new ', 'report']);
  expect(textOf('r.json')).toBe('new report');
  expect(readdirSync(folder().path)).toEqual(['r.json']);
});

test('a report that fails half-way leaves the earlier one, and no other file', () => {
  writeFileSync(inFolder('r.json'), 'earlier');
  const failing = function* (): Generator<string> {
    yield 'x'.repeat(1_000_000);
    throw new Error('no memory');
  };
  expect(() => openReport('--json', inFolder('r.json')).write(failing())).toThrow('no memory');
  expect(textOf('r.json')).toBe('earlier');
  expect(readdirSync(folder().path)).toEqual(['r.json']);
});

test('a test without a report leaves no file', () => {
  openReport('--json', inFolder('r.json'));
  expect(readdirSync(folder().path)).toEqual([]);
});

test('a link stays a link, and the file keeps its permissions', () => {
  writeFileSync(inFolder('r.json'), 'earlier');
  chmodSync(inFolder('r.json'), 0o640);
  symlinkSync('r.json', inFolder('latest.json'));
  openReport('--json', inFolder('latest.json')).write(['new']);
  expect(lstatSync(inFolder('latest.json')).isSymbolicLink()).toBe(true);
  expect(textOf('r.json')).toBe('new');
  expect(statSync(inFolder('r.json')).mode & 0o777).toBe(0o640);
});

test('a link to a missing file creates this file', () => {
  symlinkSync('r.json', inFolder('latest.json'));
  openReport('--json', inFolder('latest.json')).write(['new']);
  expect(lstatSync(inFolder('latest.json')).isSymbolicLink()).toBe(true);
  expect(textOf('r.json')).toBe('new');
});

test('the file of an open descriptor gets the report after what was already written to it', () => {
  const output = openSync(inFolder('out'), 'w');
  writeSync(output, 'tables\n');
  openReport('--json', `/dev/fd/${output}`).write(['report\n']);
  closeSync(output);
  expect(textOf('out')).toBe('tables\nreport\n');
});

test('one report may go to stdout, also the page', () => {
  expect(replacesTables(openReports({ html: '-' }))).toBe(true);
  expect(replacesTables(openReports({ json: inFolder('r.json') }))).toBe(false);
  expect(() => openReports({ json: '-', html: '-' })).toThrow(
    'only one of --json, --csv and --html can be "-"',
  );
});

test('two reports in one file are refused', () => {
  const path = inFolder('r');
  expect(() => openReports({ json: path, csv: `${folder().path}/./r` })).toThrow(
    `give --json and --csv different files: both are ${folder().path}/./r`,
  );
  expect(() => openReports({ csv: path, html: path })).toThrow('give --csv and --html different files');
});

test('a report with a second name (a hard link) keeps it', () => {
  writeFileSync(inFolder('r.json'), 'earlier');
  linkSync(inFolder('r.json'), inFolder('other.json'));
  openReport('--json', inFolder('r.json')).write(['new']);
  expect(textOf('other.json')).toBe('new');
});

test('a report whose draft cannot be created is written directly', () => {
  const name = `${'x'.repeat(246)}.json`;
  openReport('--json', inFolder(name)).write(['new']);
  mkdirSync(inFolder(`r.json.${hostname()}.${process.pid}.tmp`));
  openReport('--json', inFolder('r.json')).write(['new']);
  expect([textOf(name), textOf('r.json')]).toEqual(['new', 'new']);
});

test('drafts that killed processes left are removed, and no others', () => {
  const { pid: ended } = spawnSync(process.execPath, ['--version']);
  const [left, own, running, elsewhere, other] = [
    `r.json.${hostname()}.${ended}.tmp`,
    `r.json.${hostname()}.${process.pid}.tmp`,
    `r.json.${hostname()}.${process.ppid}.tmp`,
    `r.json.elsewhere.${ended}.tmp`,
    `other.json.${hostname()}.${ended}.tmp`,
  ];
  for (const name of [left, own, running, elsewhere, other]) writeFileSync(inFolder(name), 'left over');
  openReport('--json', inFolder('r.json')).write(['new']);
  expect(readdirSync(folder().path).sort()).toEqual(['r.json', running, elsewhere, other].sort());
});
