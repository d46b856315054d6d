import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../programs/program.js';

test.skipIf(process.platform !== 'linux')(
  'the end of a run ends the programs that name its folder, and removes the folder',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vt-end-'));
    writeFileSync(join(folder, 'file'), '');
    const sleep = (argument: string, env = {}) =>
      spawn(process.execPath, ['-e', 'process.stdin.resume()', argument], { env });
    const [named, placed, other] = [sleep(folder), sleep('', { HOME: folder }), sleep('')];
    const ends = [named, placed].map((child) => once(child, 'exit'));
    const program = join(import.meta.dirname, 'run-end-program.ts');
    const watching = spawn(process.execPath, [program, folder]);
    watching.stdin.end();
    expect(await Promise.all(ends)).toEqual([
      [null, 'SIGKILL'],
      [null, 'SIGKILL'],
    ]);
    await until(() => !existsSync(folder));
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.stdin.end();
    expect(await once(other, 'exit')).toEqual([0, null]);
  },
);
