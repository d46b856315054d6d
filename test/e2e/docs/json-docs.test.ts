import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach, harnessWithDaemon } from '../../support/programs/e2e.js';

const harness = harnessWithDaemon();
/** Where nothing runs. */
const alone = harnessForEach();
const { run } = harness;
const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'json.md'), 'utf8');

/** Returns the example below the heading that begins with this text. */
function documented(heading: string): unknown {
  const [, section = ''] = page.split(`\n## \`${heading}`);
  const [, json = ''] = /```json\n([\s\S]*?)\n```/.exec(section) ?? [];
  return JSON.parse(json);
}

/** Returns the names of all members, including those of a list's first entry. */
function names(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : names(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    `${path}.${name}`,
    ...names(inner, `${path}.${name}`),
  ]);
}

/** Members that depend on the answer: hops, reasons and the provider's report. */
const VARYING =
  /^\.metrics\.(?:hops\.|wait_parts\[|provider\.(?:region\.|(?:times|rate_limits)\[))|\.tpot_withheld\.|\.requests\.hops_ms\.|\.server_metrics\.series\./;

const fixed = (value: unknown): string[] =>
  names(value)
    .filter((name) => !VARYING.test(name))
    .sort();

test('the last line of ask matches the documentation', async () => {
  // Slow enough that even a busy machine reads it in several arrivals: one arrival has no gaps.
  const flags = ['--json', '--model', 'sim-60tps', '--max-tokens', '80'];
  const { stdout } = await run(['ask', ...flags, 'Write a long story about sockets']);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(fixed(JSON.parse(last))).toEqual(fixed(documented('ask')));
});

test('the report of bench matches the documentation', async () => {
  const flags = [
    '--requests',
    '3',
    '--model',
    // Slow enough that a busy machine doesn't merge most of an answer into one arrival, which has no speed.
    'sim-60tps',
    '--max-tokens',
    '80',
    '--slo',
    'ttft=9000,errors<1%',
    '--server-metrics',
    `${harness.sandbox.simulatorUrl}/metrics`,
  ];
  const { stdout } = await run(['bench', ...flags, '--check', 'errors<1', '--json', '-']);
  expect(fixed(JSON.parse(stdout))).toEqual(fixed(documented('bench')));
});

test('the status with and without a daemon matches the documentation', async () => {
  expect(await alone.run(['runtime', 'status', '--json'])).toMatchObject({
    code: 3,
    stdout: `{"running":false,"address":${JSON.stringify(alone.sandbox.socketPath)}}\n`,
  });
  const limits = join(alone.sandbox.dir, 'limits.yaml');
  writeFileSync(limits, 'tenants: { openai-connector: { concurrent: 9 } }\n');
  const daemon = alone.start(['runtime', 'run', '--limits', limits]);
  await daemon.untilStderr(/listening on/);
  await alone.run(['ask', 'hi', '--model', 'sim-instant']);
  const { stdout } = await alone.run(['runtime', 'status', '--json']);
  daemon.child.kill();
  await daemon.ended;
  expect(fixed(JSON.parse(stdout))).toEqual(fixed(documented('runtime status')));
});

test('lists and searches of sessions match the documentation', async () => {
  await run(['ask', '--session', 'one', '--model', 'sim-instant', 'hi']);
  const listed = JSON.parse((await run(['sessions', 'list', '--json'])).stdout);
  expect(fixed(listed)).toEqual(fixed(documented('sessions list')));
  const found = JSON.parse((await run(['sessions', 'search', '--json', 'hi'])).stdout);
  expect(fixed(found)).toEqual(fixed(documented('sessions search')));
});

test('the findings of doctor match the documentation', async () => {
  const { stdout } = await run(['doctor', '--json']);
  expect(fixed(JSON.parse(stdout))).toEqual(fixed(documented('doctor')));
});
