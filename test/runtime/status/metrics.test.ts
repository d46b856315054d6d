import { get } from 'node:http';
import { expect, test } from 'vitest';
import { VERSION } from '../../../src/common/program/version.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { type Runtime, startRuntime } from '../../../src/runtime/server.js';
import { createStatistics, type ExchangeResult } from '../../../src/runtime/status/statistics.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpRequest, httpStream, of, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

/** Starts a daemon with an endpoint for metrics. It stops after the test. */
async function measuredRuntime(): Promise<Runtime> {
  const shutdown = new AbortController();
  const listen = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const runtime = await startRuntime({ listen, metricsPort: 0 }, shutdown.signal);
  closing.push(() => {
    shutdown.abort();
    return runtime.closed;
  });
  return runtime;
}

function fetched(port: number, path: string, host: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).on('error', reject);
  });
}

test('the endpoint serves requests, bytes and times in Prometheus’ text format, by tenant and origin', async () => {
  const upstream = await startUpstream({ chunks: ['12345'] });
  closing.push(upstream.close);
  const runtime = await measuredRuntime();
  const client = await rawClient(runtime.address);
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }, { tenantId: 'a "b"\\' }));
  await streamOf(client, 1n);

  const port = runtime.metricsPort ?? 0;
  const { status, text } = await fetched(port, '/metrics', `127.0.0.1:${port}`);
  expect(status).toBe(200);
  const labels = `tenant="a \\"b\\"\\\\",origin="${upstream.url}",operation="stream"`;
  expect(text).toContain(
    `vastar_requests_total{${labels},outcome="complete",error_class="",status="2xx"} 1\n`,
  );
  expect(text).toContain(`vastar_stream_bytes_total{${labels}} 5\n`);
  expect(text).toContain(`vastar_retries_total{${labels}} 0\n`);
  expect(text).toContain(`vastar_build_info{version="${VERSION}"} 1\n`);
  expect(text).toContain('vastar_client_connections 1\n');
  expect(text).toContain(`vastar_time_to_first_byte_seconds_bucket{${labels},le="+Inf"} 1\n`);
  expect(text).toContain(`vastar_request_duration_seconds_count{${labels}} 1\n`);
  expect(text).toContain(`vastar_pool_connections{tenant="a \\"b\\"\\\\",origin="${upstream.url}"} 1\n`);
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{.*\})? [\d.e+-]+)$/);
  }
  // A web page whose host name resolves to 127.0.0.1 gets no metrics.
  expect((await fetched(port, '/metrics', 'evil.example')).status).toBe(404);
  expect((await fetched(port, '/', 'localhost')).status).toBe(404);
  expect((await fetched(port, '/metrics?module=x', 'localhost')).status).toBe(200);
  await client.close();
});

test('retries are counted, and redirects are not', async () => {
  const upstream = await startUpstream((request, response) => {
    if (request.path === '/from') response.writeHead(307, { location: '/to' }).end();
    else if (upstream.requests.length < 3) response.writeHead(503, { 'retry-after-ms': '1' }).end();
    else response.end('ok');
  });
  closing.push(upstream.close);
  const runtime = await measuredRuntime();
  const client = await rawClient(runtime.address);
  client.send(httpStream(1n, { method: 'GET', url: `${upstream.url}/from` }));
  await streamOf(client, 1n);
  const port = runtime.metricsPort ?? 0;
  const { text } = await fetched(port, '/metrics', `127.0.0.1:${port}`);
  expect(text).toMatch(/^vastar_retries_total\{.*\} 1$/m);
  await client.close();
});

test('the circuit gauge is 1 for an open circuit, 0 for a closed one', async () => {
  const failing = await startUpstream({ status: 500, headers: { 'retry-after-ms': '1' } });
  const well = await startUpstream({ chunks: ['ok'] });
  const shutdown = new AbortController();
  const listen = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
  const runtime = await startRuntime({ listen, metricsPort: 0 }, shutdown.signal);
  closing.push(failing.close, well.close, () => {
    shutdown.abort();
    return runtime.closed;
  });
  const client = await rawClient(runtime.address);
  for (let id = 1n; id <= 8n; id += 1n) {
    const url = id === 8n ? well.url : failing.url;
    client.send(httpStream(id, { method: 'GET', url }, { tenantId: 't' }));
    await streamOf(client, id);
  }
  const port = runtime.metricsPort ?? 0;
  const { text } = await fetched(port, '/metrics', `127.0.0.1:${port}`);
  expect(text).toContain(`vastar_circuit_open{tenant="t",origin="${failing.url}"} 1\n`);
  expect(text).toContain(`vastar_circuit_open{tenant="t",origin="${well.url}"} 0\n`);
  await client.close();
});

test('health reports each tenant’s requests, failures and times', async () => {
  const daemon = await testDaemon();
  const upstream = await startUpstream({ chunks: ['ok'], delayMs: 30 });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  for (const [id, tenantId] of [
    [1n, 'one'],
    [2n, 'two'],
    [3n, 'two'],
  ] as const) {
    client.send(httpRequest(id, { method: 'GET', url: upstream.url }, { tenantId }));
    await client.next(of(MessageType.ExecuteResponse, id));
  }
  client.send({ type: MessageType.HealthCheck });
  const { origins } = await client.next(of(MessageType.HealthResponse));
  expect(origins[0]?.tenants).toMatchObject([
    { tenant: 'one', requestsTotal: 1, failuresTotal: 0 },
    { tenant: 'two', requestsTotal: 2, failuresTotal: 0 },
  ]);
  expect(origins[0]?.tenants[0]?.firstByteP50Us).toBeGreaterThan(25_000);
});

const exchange: ExchangeResult = {
  outcome: 'complete',
  errorClass: undefined,
  statusCode: 200,
  bytes: 1,
  durationUs: 2000,
  firstByteUs: 1000,
  replaced: 0,
  retries: 0,
};

test('percentiles drop values older than two minutes', () => {
  let nowMs = 0;
  const statistics = createStatistics(() => nowMs);
  const record = (result: ExchangeResult): void => statistics.begin('t', 'http://o', 'request')(result);
  record({ ...exchange, firstByteUs: 500_000 });
  const p50 = (): number => statistics.figures()[0]?.latency().p50Us ?? -1;
  expect(p50()).toBeGreaterThan(490_000);
  nowMs = 119_000;
  expect(p50()).toBeGreaterThan(490_000);
  nowMs = 180_000;
  expect(p50()).toBe(0);
  record(exchange);
  expect(p50()).toBeLessThan(1100);
  expect(statistics.figures()[0]?.total).toBe(2);
});

test('a client that invents tenants costs bounded memory: above a hundred pairs they are counted together', () => {
  const statistics = createStatistics();
  for (let index = 0; index < 1000; index += 1) {
    statistics.begin(`t${index}`, 'http://o', 'request')(exchange);
  }
  const figures = statistics.figures();
  expect(figures).toHaveLength(101);
  expect(figures.find((one) => one.tenantId === 'others')?.total).toBe(900);
  expect([...statistics.requests]).toHaveLength(101);
});

test('a tenant named "others" is counted separately', () => {
  const statistics = createStatistics();
  for (let index = 0; index < 1000; index += 1) {
    statistics.begin('others', `http://o${index}`, 'request')(exchange);
  }
  expect(statistics.figures()).toHaveLength(101);
});
