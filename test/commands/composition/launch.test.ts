import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLauncher } from '../../../src/commands/composition/launch.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

test('a launcher that stops while it still looks for a daemon starts none', async () => {
  const dir = folderForTest();
  const launcher = createLauncher({ socketPath: join(dir, 'd.sock'), simulatorUrl: 'http://localhost:1' });
  const ensured = launcher.ensureDaemon(new AbortController().signal);
  launcher.stop();
  await expect(ensured).rejects.toThrow('aborted');
});
