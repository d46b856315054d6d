import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { CLI } from '../../support/programs/program.js';

const harness = harnessForEach();

test.each([
  [['--requests', '0'], /whole number from 1/],
  [['--requests', '1e3'], /whole number/],
  [['--requests', '5', '--duration', '5'], /cannot be used with/],
  [['--rate', '-1'], /number from/],
  [['--rate', '5', '--ramp', '1'], /cannot be used with/],
  [['--stages', '5@10', '--requests', '5'], /cannot be used with/],
  [['--stages', '5'], /FROM-TO@SECONDS/],
  [['--arrivals', 'constant'], /--arrivals needs --rate or --stages/],
  [['--rate', '5', '--arrivals', 'gamma:0'], /gamma:SHAPE/],
  [['--trace', 'absent.csv'], /--trace absent\.csv: the file cannot be read/],
  [['--trace', CLI], /cli\.js: line 1: this is not a trace/],
  [['--trace', 'x', '--rate', '5'], /cannot be used with/],
  [['--trace', 'x', '--input-tokens', '5'], /cannot be used with/],
  [['--slo', 'speed=1'], /ttft=500/],
  [['--concurrency', '1,2,4'], /Use --sweep concurrency:1,2,4 for several loads/],
  [['--check', 'goodput>=99%'], /add limits for single answers to --slo, .*: goodput>=99% counts/],
  [['--slo', 'goodput>=99%,errors<1%'], /add limits for single answers to --slo/],
  [['--rate', 'inf'], /Use --concurrency N without --rate/],
  [['--rate', '1,2.5'], /Use --sweep rate:1,2\.5 for several loads/],
  [['--warmup', '10%'], /from 0 to 100000, or auto/],
  [['--prompts', 'https://example.com/a.jsonl'], /a\.jsonl: download the file, and give its path/],
  [['-n', '20', '-c', '5'], /use --requests instead of -n\n/],
  [['--data', 'a.jsonl'], /^error: unknown option '--data'\nuse --prompts instead of --data\n/],
  [['--burstiness', '0.5'], /use --arrivals gamma:SHAPE instead of --burstiness\n/],
  [['--save-result'], /use --json instead of --save-result\n/],
  [['--api-key', 'x'], /use OPENAI_API_KEY instead of --api-key\n/],
  [['--max-concurrency', '5'], /use --concurrency instead of --max-concurrency\n/],
  [['http://localhost:8000/v1'], /use --base-url http:\/\/localhost:8000\/v1\n/],
  [['--duration', '5 days'], /have a unit: 90s, 15m, 2h/],
  [['--check', 'ttft.p42<1'], /FIGURE<LIMIT/],
  [['--mode', 'simulator,absent'], /no endpoint "absent"/],
  [['--mode', 'openai'], /OPENAI_API_KEY/],
  [
    ['--mode', 'openai,simulator', '--header', 'a: b', '--no-stream'],
    /--header, --no-stream .*only change openai/,
  ],
  [['--prompts', 'absent.txt'], /absent\.txt: the file cannot be read: there is no such file/],
  [['--prompts', CLI, '--prompts-format', 'json'], /cli\.js: line 1: this is not a JSON object/],
  [['--prompts', process.execPath], /it is not UTF-8 text/],
  [['--prompts', 'x', '--input-tokens', '5'], /cannot be used with/],
  [['--input-tokens', 'normal:5'], /normal:MEAN,DEVIATION/],
  [['--shared-prefix', '50'], /--shared-prefix needs --input-tokens/],
  [['--turns', '3'], /--turns needs conversations: give a file/],
  [['--turns', 'all', '--input-tokens', '9'], /--turns needs conversations/],
  [['--turns', '0', '--input-tokens', '9'], /from 1 to 1000/],
  [['--think-time', '3'], /--think-time needs --turns/],
  [['--turns', '2', '--input-tokens', '9', '--requests', '5'], /use --conversations instead of --requests/],
  [['--json', 'absent/file'], /absent\/file cannot be written/],
  [['--json', '-', '--csv', '-'], /only one/],
])('%j is refused before any request', async (flags, pattern) => {
  const { code, stdout, stderr } = await runHere(harness.sandbox, ['bench', ...flags]);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(pattern);
});
