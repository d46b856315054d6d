import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createRandom, normal } from '../../../src/common/random.js';
import { reportText } from '../../../src/loadtest/report/report-json.js';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { deltaOf, FINISH, type Script, sseEvents } from '../../support/servers/upstream.js';
import { HOSTILE_TEXT, madeReport } from '../../support/texts/made-report.js';

const harness = harnessForEach();
const { endpoint } = harness;
const run = (args: readonly string[]) => runHere(harness.sandbox, args);
const answer: Script = { chunks: sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]'), gapMs: 5 };
const path = (name: string): string => join(harness.sandbox.dir, name);

/** The data that the page's script reads. */
function dataOf(page: string): Record<string, unknown> {
  const [, packed = ''] =
    /<script type="application\/octet-stream" id="report">([^<]*)<\/script>/.exec(page) ?? [];
  return JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString()) as Record<string, unknown>;
}

test('a test writes a self-contained page with the numbers of its JSON report', async () => {
  await endpoint(answer);
  const { code, stdout } = await run([
    'bench',
    '--requests',
    '12',
    '--concurrency',
    '3',
    '--html',
    'page.html',
    '--json',
    'report.json',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/12 complete/);
  const page = readFileSync(path('page.html'), 'utf8');
  const report = JSON.parse(readFileSync(path('report.json'), 'utf8')) as {
    load: unknown;
    runs: Record<string, unknown>[];
  };
  const { samples: _, ...expected } = report.runs[0] ?? {};
  expect(dataOf(page)).toEqual({ load: report.load, runs: [expected] });
  // This table is visible without JavaScript.
  const { ttft_ms } = expected as { ttft_ms: Record<string, number> };
  const [, cells = ''] = /<tr><th scope="row">TTFT<\/th>(.*?)<\/tr>/.exec(page) ?? [];
  const numbers = [...cells.matchAll(/<td>([\d.]+)<\/td>/g)].map((match) => Number(match[1]));
  expect(numbers).toEqual(Object.values(ttft_ms));
  // The page loads no files and runs only its own script.
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  const [, script = ''] = /<script type="module">([\s\S]*?)<\/script>/.exec(page) ?? [];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(page.match(/<(?:link|iframe|object|embed)\b|\ssrc=|@import|url\(/g)).toBeNull();
  expect(page.match(/<script/g)).toHaveLength(2);
});

test('a provider’s text is never interpreted as markup', async () => {
  const random = createRandom(1);
  writeFileSync(path('report.json'), [...reportText(madeReport(200, random, () => normal(random)))].join(''));
  expect((await run(['bench', 'merge', 'report.json', '--html', 'page.html'])).code).toBe(0);
  const page = readFileSync(path('page.html'), 'utf8');
  expect(page).toContain('&lt;/script&gt;&lt;img src=x onerror=&quot;document.title=1&quot;&gt;');
  expect(page).not.toContain(HOSTILE_TEXT);
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<img/g)).toBeNull();
  expect(JSON.stringify(dataOf(page))).toContain('onerror');
});

test('an unwritable page is refused before any request', async () => {
  const upstream = await endpoint(answer);
  const { code, stderr } = await run(['bench', '--html', 'absent/page.html']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--html absent\/page\.html cannot be written/);
  expect(upstream.requests).toHaveLength(0);
});
