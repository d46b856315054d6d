import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLauncher } from '../../../src/commands/composition/launch.js';

test('a launcher that stops while it still looks for a daemon starts none', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'launch-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const launcher = createLauncher({ socketPath: join(dir, 'd.sock'), simulatorUrl: 'http://localhost:1' });
  const ensured = launcher.ensureDaemon(new AbortController().signal);
  launcher.stop();
  await expect(ensured).rejects.toThrow('aborted');
});
