import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { zipOf } from '../../support/texts/zip.js';

const harness = harnessWithDaemon();
const { run } = harness;
const sessions = (...args: string[]) => runHere(harness.sandbox, ['sessions', ...args]);

test('a ZIP archive is imported, from its path and from stdin', async () => {
  const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'imports');
  const conversations = readFileSync(join(fixtures, 'chatgpt.json'), 'utf8');
  const archive = join(harness.sandbox.dir, 'chatgpt.zip');
  // Files about the account are ignored, even those that can't be read.
  writeFileSync(archive, zipOf({ 'user.json': '{', 'conversations.json': conversations, 'chat.html': '' }));
  const file = ['--file', join(harness.sandbox.dir, 'zipped.db')];
  const tried = await sessions(...file, 'import', '--dry-run', archive);
  expect(tried.stderr).toContain('is an export of ChatGPT, in a ZIP archive; nothing was added');
  const added = await sessions(...file, 'import', archive);
  expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{12} {2}/) });
  expect((await run(['sessions', ...file, 'import', '-'], readFileSync(archive))).stderr).toMatch(
    /: (\d+) of \1 exist already/,
  );

  const chat = (id: string) => ({ id, chatTitle: id, messages: [{ role: 'user', content: 'Hi' }] });
  const parts = { 'data.json': '{"data":{}}', 'chunks/1.json': [chat('a')], 'chunks/2.json': [chat('b')] };
  const texts = Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)] as const);
  writeFileSync(archive, zipOf(Object.fromEntries(texts)));
  expect(await sessions(...file, 'import', archive)).toMatchObject({
    stdout: expect.stringMatching(/ {2}a\n.* {2}b\n$/),
    stderr: expect.stringContaining('skipped 1 × JSON file without conversations'),
  });
});

test('an archive that can not be imported is refused, with what to do', async () => {
  const told = async (archive: string | Uint8Array) => {
    writeFileSync(join(harness.sandbox.dir, 'export.zip'), archive);
    const { code, stdout, stderr } = await sessions('import', 'export.zip');
    expect(stdout).toBe('');
    return [code, stderr];
  };
  expect(await told('PK\u0003\u0004')).toEqual([2, expect.stringContaining('download it again')]);
  expect(await told(zipOf({ 'a.txt': '', 'data.json': '{}' }))).toEqual([
    2,
    expect.stringContaining('data.json in the ZIP archive: import a file of a known format'),
  ]);
  expect(await told(zipOf({ 'IndexedDB/1.ldb': '', 'metadata.json': '{}' }))).toEqual([
    2,
    expect.stringContaining('import a backup that has'),
  ]);
  expect(await told(zipOf({ 'chat.html': '' }))).toEqual([
    2,
    expect.stringContaining('conversations as JSON'),
  ]);
  expect(await told(zipOf({ 'a.json': '[]' }, { stated: 600 * 1024 * 1024 }))).toEqual([
    2,
    expect.stringContaining('unzip it'),
  ]);
});

test('a device is refused, because it may have no end', async () => {
  expect(await sessions('import', '/dev/zero')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/give the file that another program exported: \/dev\/zero is a device\n$/),
  });
});
