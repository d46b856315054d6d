import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** Makes an empty folder and returns its path. The folder is removed after the running test and its `afterEach` hooks. */
export function folderForTest(): string {
  const { folder, remove } = makeFolder();
  onTestFinished(remove);
  return folder;
}

/** Makes an empty folder and returns its path. The folder is removed after the tests of this file or `describe` block. */
export function folderForFile(): string {
  const { folder, remove } = makeFolder();
  afterAll(remove);
  return folder;
}

function makeFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'vt-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
