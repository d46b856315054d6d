import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openLogFile, redact } from '../../src/runtime/log.js';
import { folderForFile } from '../support/run/temporary-folder.js';

const folder = folderForFile();
const path = join(folder, 'daemon.log');
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

test('a file at its size limit is rotated, the configured number of files is kept, and no line is lost or cut', async () => {
  const log = openLogFile({ path, level: 'info', maxBytes: 1000, keep: 2 });
  for (let index = 0; index < 30; index += 1) log.logger.info('line', { index, text: 'x'.repeat(50) });
  await log.close();
  expect(readdirSync(folder).sort()).toEqual(['daemon.log', 'daemon.log.1', 'daemon.log.2']);
  const lines = ['daemon.log.2', 'daemon.log.1', 'daemon.log'].flatMap((name) => {
    const file = join(folder, name);
    expect(statSync(file).size).toBeLessThanOrEqual(1000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  });
  const indices = lines.map((line): unknown => JSON.parse(line).index);
  const first = 30 - lines.length;
  expect(indices).toEqual(Array.from({ length: lines.length }, (_, at) => first + at));
});

test.runIf(process.platform === 'linux')(
  'a file that cannot be renamed is not opened again for each line',
  async () => {
    mkdirSync(`${path}.1`);
    writeFileSync(join(`${path}.1`, 'other'), '');
    const opened = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(join('/proc/self/fd', fd)) === path;
        } catch {
          return false;
        }
      }).length;
    const log = openLogFile({ path, level: 'info', maxBytes: 1000, keep: 1 });
    const write = (): void => {
      for (let index = 0; index < 30; index += 1) log.logger.info('line', { text: 'x'.repeat(50) });
    };
    write();
    await expect.poll(() => statSync(path).size).toBeGreaterThan(3000);
    write();
    // A file is opened once for each 1,000 bytes, and some earlier ones are not closed yet.
    expect(opened()).toBeLessThan(15);
    await log.close();
  },
);

test('after another program has renamed the file, it is opened again without a lost line', async () => {
  const log = openLogFile({ path, level: 'info' });
  log.logger.info('before');
  renameSync(path, `${path}.moved`);
  log.logger.info('between');
  log.reopen();
  log.logger.info('after');
  await log.close();
  const events = (file: string): unknown[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line).event);
  expect(events(`${path}.moved`)).toEqual(['before', 'between']);
  expect(events(path)).toEqual(['after']);
});

test('the fields of a level that is not logged are not computed', async () => {
  const log = openLogFile({ path, level: 'warn' });
  log.logger.info('quiet', () => {
    throw new Error('gathered');
  });
  log.logger.warn('loud', () => ({ seen: true }));
  await log.close();
  expect(readFileSync(path, 'utf8')).toMatch(/"event":"loud","seen":true\}\n$/);
});

test('only the beginning of a very long text is logged', async () => {
  const log = openLogFile({ path, level: 'info' });
  log.logger.info('exchange', { url: 'http://'.repeat(10_000), status: 200 });
  await log.close();
  const line: unknown = JSON.parse(readFileSync(path, 'utf8'));
  expect(line).toMatchObject({ status: 200, url: expect.stringMatching(/^(http:\/\/){500}.{0,500}…$/) });
});

test('logging resumes once a full disk has room again', async () => {
  symlinkSync('/dev/full', path);
  const log = openLogFile({ path, level: 'info' });
  log.logger.info('lost');
  rmSync(path);
  const written = (): string => {
    log.logger.info('kept');
    return readFileSync(path, { encoding: 'utf8', flag: 'a+' });
  };
  await expect.poll(written).toContain('kept');
  await log.close();
});

test('keys and queries are redacted in all logged text', () => {
  const line = JSON.stringify({
    a: 'refused: Authorization: Bearer abc.def-123',
    b: 'used sk-proj-abcdef123456 there',
    c: 'GET https://api.example.com/v1/x?key=secret&b=1 failed',
  });
  expect(JSON.parse(redact(line))).toEqual({
    a: 'refused: Authorization: Bearer [redacted]',
    b: 'used sk-[redacted] there',
    c: 'GET https://api.example.com/v1/x?… failed',
  });
});
