import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createRandom, normal } from '../../../src/common/random.js';
import { reportText } from '../../../src/loadtest/report/report-json.js';
import { harnessForEach } from '../../support/programs/e2e.js';
import { madeReport } from '../../support/texts/made-report.js';

const harness = harnessForEach();

test.concurrent('a signal while bench merge writes its reports leaves whole files and no drafts', async () => {
  const path = (name: string): string => join(harness.sandbox.dir, name);
  const random = createRandom(1);
  writeFileSync(
    path('report.json'),
    [...reportText(madeReport(5000, random, () => normal(random)))].join(''),
  );
  execFileSync('mkfifo', [path('pipe')]);
  const running = harness.start(['bench', 'merge', 'report.json', '--csv', 'pipe', '--html', 'page.html']);
  running.child.stdin.end();
  const table = createReadStream(path('pipe'), 'utf8');
  // Now the program waits in the middle of the table.
  await once(table, 'readable');
  running.child.kill('SIGTERM');
  const csv = await text(table);
  expect(await running.ended).toMatchObject({ code: 143, signal: null });
  expect(csv.trimEnd().split('\n')).toHaveLength(5001);
  expect(readFileSync(path('page.html'), 'utf8')).toMatch(/<\/html>\s*$/);
  expect(readdirSync(harness.sandbox.dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
