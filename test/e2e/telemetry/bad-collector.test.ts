import { expect, test } from 'vitest';
import { startUpstream } from '../../support/servers/upstream.js';
import { ANSWER, chunks, PROMPT, stageOf } from './stage.js';

// These wait for time to pass, at the same time.

test.concurrent('a refusing or missing collector changes no answer and is reported in one line', async (context) => {
  const { sandbox, endpoint, run } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  sandbox.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9';
  const { code, stdout, stderr } = await run(['ask', PROMPT]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${ANSWER}\n` });
  expect(stderr).toMatch(/^vastar-tui: warning: telemetry could not be exported: [^\n]+\n$/);
});

test.concurrent('the status of a collector that refuses the data is reported, and a healthy answer in another format is not', async (context) => {
  const { sandbox, endpoint, run } = await stageOf(context);
  const collector = await startUpstream((_request, response) => void response.writeHead(404).end());
  const other = await startUpstream((_request, response) => void response.end('<html>thanks</html>'));
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  sandbox.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  expect((await run(['ask', PROMPT])).stderr).toBe(
    'vastar-tui: warning: telemetry could not be exported: check OTEL_EXPORTER_OTLP_ENDPOINT: the collector answered 404\n',
  );
  sandbox.env.OTEL_EXPORTER_OTLP_ENDPOINT = other.url;
  expect((await run(['ask', PROMPT])).stderr).toBe('');
  await Promise.all([collector.close(), other.close()]);
});

test.concurrent('the program stops waiting for a collector that accepts nothing for 3 seconds', async (context) => {
  const { sandbox, endpoint, run } = await stageOf(context);
  const silent = await startUpstream(() => {});
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  sandbox.env.OTEL_EXPORTER_OTLP_ENDPOINT = silent.url;
  const { code, stdout, stderr } = await run(['ask', PROMPT]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${ANSWER}\n` });
  expect(stderr).toMatch(
    /^vastar-tui: warning: telemetry could not be exported: the collector did not accept all data within \d+ s; the rest is lost\n$/,
  );
  // The program ended while its request to the collector was still open.
  expect(silent.requests.length).toBeGreaterThan(0);
  await silent.close();
});

test.concurrent('the program waits for a collector that answers one export after another', async (context) => {
  const { sandbox, endpoint, run } = await stageOf(context);
  const { promise: tracesTaken, resolve: onTraces } = Promise.withResolvers<void>();
  const slow = await startUpstream(async ({ path }, response) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (path !== '/v1/traces') await tracesTaken;
    response.once('finish', () => path === '/v1/traces' && onTraces());
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  sandbox.env.OTEL_EXPORTER_OTLP_ENDPOINT = slow.url;
  const { code, stderr } = await run(['ask', PROMPT]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(new Set(slow.requests.map(({ path }) => path))).toEqual(new Set(['/v1/metrics', '/v1/traces']));
  await slow.close();
});
