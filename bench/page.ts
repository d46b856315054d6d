// Opens the page of a load test with 100,000 requests in a real browser. Measures its size and the time until it is
// ready, and compares its numbers with the JSON report. Run: tsx bench/page.ts [REQUESTS] [PNG] (needs Chromium:
// apt-get install chromium)
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath, openChromium } from '../scripts/support/chromium.js';
import { createRandom, normal } from '../src/common/random.js';
import { reportText } from '../src/loadtest/report/report-json.js';
import { makeSandbox, runProgram } from '../test/support/programs/program.js';
import { madeReport } from '../test/support/texts/made-report.js';
import { say } from './support/figures.js';

const REQUESTS = Number(process.argv[2] ?? 100_000);
const picture = process.argv[3];
const AIM = { bytes: 10_000_000, readyMs: 2000 };

const program = chromiumPath();
if (program === undefined) {
  say('Chromium is not installed: apt-get install chromium');
  process.exit(1);
}
const sandbox = await makeSandbox();
const chromium = await openChromium(program);
try {
  const file = (name: string): string => join(sandbox.dir, name);
  const random = createRandom(1);
  writeFileSync(
    file('report.json'),
    [...reportText(madeReport(REQUESTS, random, () => normal(random)))].join(''),
  );
  const { code, stderr } = await runProgram(sandbox, [
    'bench',
    'merge',
    'report.json',
    '--html',
    'page.html',
    '--json',
    'merged.json',
  ]);
  if (code !== 0) throw new Error(stderr);
  const { size } = statSync(file('page.html'));
  const beganMs = performance.now();
  const page = await chromium.open(`file://${file('page.html')}`);
  await page.until("document.documentElement.dataset.ready === 'true'");
  const wallMs = performance.now() - beganMs;
  const readyMs = await page.evaluate<number>('Math.round(performance.now())');
  say(
    `${REQUESTS} requests: ${(size / 1e6).toFixed(2)} MB (aim ${AIM.bytes / 1e6}), ready after ${readyMs} ms in the page, ${Math.round(wallMs)} ms from outside (aim ${AIM.readyMs})`,
  );

  const { runs } = JSON.parse(readFileSync(file('merged.json'), 'utf8')) as {
    runs: [Record<string, Record<string, number>>];
  };
  const cells = await page.evaluate<string[][]>(
    "[...document.querySelectorAll('#run-0 table')][0].innerText.split('\\n').map((line) => line.split('\\t'))",
  );
  const [names = []] = cells.filter(([first]) => first === '');
  for (const [label, key] of [
    ['TTFT', 'ttft_ms'],
    ['TPOT', 'tpot_ms'],
    ['E2E', 'e2e_ms'],
  ] as const) {
    const row = cells.find(([first]) => first === label) ?? [];
    const wrong = names.slice(1).filter((name, index) => Number(row[index + 1]) !== runs[0][key]?.[name]);
    say(`${label} ${wrong.length === 0 ? 'equals the JSON' : `DIFFERS: ${wrong.join(', ')}`}`);
  }
  const list = await page.evaluate<string>(
    "document.querySelector('.waterfall').previousElementSibling.previousElementSibling.textContent",
  );
  say(`list: ${list}`);
  if (page.problems.length > 0) say(`PROBLEMS: ${page.problems.join('\n')}`);
  if (picture !== undefined) writeFileSync(picture, await page.screenshot());
} finally {
  await chromium.close();
  sandbox.remove();
}
