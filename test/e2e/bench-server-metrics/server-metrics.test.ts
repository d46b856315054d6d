import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import {
  deltaOf,
  FINISH,
  type Handler,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

const harness = harnessForEach();
const { endpoint } = harness;
const run = (args: readonly string[]) => runHere(harness.sandbox, args);
const pages: Upstream[] = [];
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.close()));
});

const WHOLE = sseEvents(deltaOf('one '), deltaOf('two '), FINISH, '[DONE]').join('');
const answer: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
};
const VLLM = readFileSync(join(import.meta.dirname, '../../fixtures/server-metrics/vllm.txt'), 'utf8');
const page: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(VLLM);
};
async function metrics(handler: Handler): Promise<Upstream> {
  const upstream = await startUpstream(handler);
  pages.push(upstream);
  return upstream;
}
interface Result {
  runs: [
    {
      completed: number;
      server_metrics: {
        server: string | null;
        pages: number;
        failed: number;
        problem: string | null;
        figures: Record<string, Record<string, unknown> | null>;
        at_ms: number[];
        series: Record<string, { type: string; values: number[] }>;
      } | null;
    },
  ];
}
const read = (stdout: string): Result['runs'][0] => (JSON.parse(stdout) as Result).runs[0];
const FLAGS = ['bench', '--requests', '5', '--json', '-'];

test("the server's figures are below the client's, and the JSON report has every series", async () => {
  const chat = await endpoint(answer);
  const server = await metrics(page);
  const flags = ['--requests', '5', '--progress', 'none', '--server-metrics', `${server.url}/metrics`];
  const { code, stdout, stderr } = await run(['bench', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/E2E .*\n\nserver +vLLM at .*\/metrics, \d+ pages of 20 series\n/);
  expect(stdout).toMatch(
    /\nwaiting +3 +3 +3 +3\nrunning +14 .*\nKV cache +91\.8 % .*\n +total +mean +peak\n/,
  );
  const reported = async () => read((await run(['bench', ...flags, '--json', '-'])).stdout).server_metrics;
  let report = await reported();
  expect(report).toMatchObject({ server: 'vLLM', failed: 0, problem: null });
  // One page before the test, and one after it. On a busy machine, the test may begin without the first one.
  const isWhole = (): boolean => (report?.pages ?? 0) >= 2 && (report?.at_ms[0] ?? 0) < 0;
  await expect
    .poll(async () => {
      if (!isWhole()) report = await reported();
      return isWhole();
    })
    .toBe(true);
  expect(report?.figures.kv_cache).toMatchObject({ max: 0.918 });
  expect(
    report?.series['vllm:num_requests_waiting{engine="0",model_name="meta-llama/Llama-3.1-8B-Instruct"}'],
  ).toEqual({
    type: 'gauge',
    values: [3],
  });
  expect(chat.requests.every(({ path }) => path !== '/metrics')).toBe(true);
});

test("the endpoint's key and headers are sent only to a page of the same origin", async () => {
  const chat = await endpoint((request, response, raw) =>
    (request.path === '/metrics' ? page : answer)(request, response, raw),
  );
  const other = await metrics(page);
  const own = ['--header', 'X-Secret: s3cret-header', '--server-metrics', `${chat.url}/metrics`];
  await run([...FLAGS, ...own]);
  const sent = chat.requests.find(({ path }) => path === '/metrics');
  expect(sent?.headers).toMatchObject({ authorization: 'Bearer sk-test', 'x-secret': 's3cret-header' });
  const flags = [
    ...['--header', 'X-Secret: s3cret-header', '--server-metrics', `${other.url}/metrics`],
    ...['--server-metrics-header', 'Authorization: Bearer for-metrics'],
  ];
  await run([...FLAGS, ...flags]);
  expect(other.requests.length).toBeGreaterThanOrEqual(2);
  for (const { headers } of other.requests) {
    expect(headers.authorization).toBe('Bearer for-metrics');
    expect(JSON.stringify(headers)).not.toMatch(/sk-test|s3cret/);
  }
});

test('a redirect to another origin removes the key', async () => {
  const other = await metrics(page);
  const chat = await endpoint((request, response, raw) => {
    if (request.path !== '/metrics') return answer(request, response, raw);
    response.writeHead(307, { location: `${other.url}/metrics` }).end();
    return undefined;
  });
  const { stdout } = await run([...FLAGS, '--server-metrics', `${chat.url}/metrics`]);
  expect(read(stdout).server_metrics?.server).toBe('vLLM');
  for (const { headers } of other.requests) expect(JSON.stringify(headers)).not.toContain('sk-test');
});

test.each([
  [
    'is turned off',
    'the server answered 501; check the address, or start llama.cpp with --metrics',
    (_request, response) => response.writeHead(501).end('{}'),
  ],
  [
    'needs a key',
    "the server answered 401; the page needs a key: use --server-metrics-header 'Authorization: Bearer KEY'",
    (_request, response) => response.writeHead(401).end(),
  ],
  ['fails', 'the server answered 503', (_request, response) => response.writeHead(503).end('sorry')],
  [
    'is not a metrics page',
    'the answer is not a Prometheus metrics page',
    (_request, response) => response.end('<html>hello</html>'),
  ],
] as [string, string, (...args: Parameters<Handler>) => void][])(
  'a page that %s does not change the test and is reported once',
  async (_name, problem, handler) => {
    await endpoint(answer);
    const server = await metrics((...args) => void handler(...args));
    const { code, stdout, stderr } = await run([...FLAGS, '--server-metrics', `${server.url}/metrics`]);
    expect(code).toBe(0);
    expect(read(stdout).completed).toBe(5);
    expect(read(stdout).server_metrics?.problem).toContain(problem);
    expect(stderr.match(/could not be read/g)).toHaveLength(1);
  },
);

test('a compressed OpenMetrics page is read with all of its series', async () => {
  await endpoint(answer);
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/server-metrics/vllm-openmetrics.txt'));
  const server = await metrics((_request, response) => {
    const type = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' }).end(gzipSync(text));
  });
  const { stdout } = await run([...FLAGS, '--server-metrics', `${server.url}/metrics`]);
  const report = read(stdout).server_metrics;
  expect(report).toMatchObject({ server: 'vLLM', failed: 0, figures: { running: { max: 6 } } });
  expect(Object.keys(report?.series ?? {})).toHaveLength(12);
});

test('a page of more series than are kept shows the figures at its end', async () => {
  await endpoint(answer);
  const others = Array.from({ length: 20_001 }, (_, pod) => `other{pod="${pod}"} 1\n`).join('');
  const server = await metrics(
    (_request, response) => void response.end(`${others}vllm:num_requests_running 7\n`),
  );
  const { stdout } = await run([...FLAGS, '--server-metrics', `${server.url}/metrics`]);
  expect(read(stdout).server_metrics).toMatchObject({
    ...{ server: 'vLLM', series_left_out: 1 },
    figures: { running: { max: 7 } },
  });
});

test("the endpoint's metrics_url is read without a flag", async () => {
  const chat = await endpoint(answer);
  const server = await metrics(page);
  writeFileSync(
    join(harness.sandbox.dir, 'config.yaml'),
    `openai:\n  base_url: ${chat.url}\n  api_key: sk-test\n  metrics_url: ${server.url}/metrics\nsimulator:\n  enabled: false\n`,
  );
  expect(read((await run(FLAGS)).stdout).server_metrics?.server).toBe('vLLM');
});
