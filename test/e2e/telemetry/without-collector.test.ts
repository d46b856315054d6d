import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ANSWER, chunks, KEY, PROMPT, type Stage, stageOf } from './stage.js';

// No test waits for an export, so all run at the same time.

test.concurrent('nothing is exported without the variables or with the value none', async (context) => {
  const { sandbox, endpoint, collector, ask } = await stageOf(context);
  const provider = await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  sandbox.env.OTEL_SDK_DISABLED = 'true';
  await ask();
  delete sandbox.env.OTEL_SDK_DISABLED;
  Object.assign(sandbox.env, { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' });
  await ask();
  expect(collector.requests).toHaveLength(0);
  for (const { headers } of provider.requests) expect(headers.traceparent).toBeUndefined();
});

/** The modules that the program loads, as specifiers and addresses. */
async function loaded({ sandbox, run }: Stage): Promise<string> {
  const hook =
    "import{registerHooks}from'node:module';import{appendFileSync}from'node:fs';" +
    'registerHooks({resolve(name,context,next){const found=next(name,context);' +
    "appendFileSync(process.env.MODULES,name+' '+found.url+'\\n');return found}})";
  const list = join(sandbox.dir, 'modules');
  Object.assign(sandbox.env, {
    MODULES: list,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
  });
  expect((await run(['ask', PROMPT])).code).toBe(0);
  return readFileSync(list, 'utf8');
}

test.concurrent('without the variables no module of telemetry is loaded', async (context) => {
  const stage = await stageOf(context);
  const { sandbox, endpoint, collector } = stage;
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  delete sandbox.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const without = await loaded(stage);
  expect(without).toMatch(/\/dist\/cli\.js/);
  expect(without).not.toContain('opentelemetry');
  sandbox.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  expect(await loaded(stage)).toContain('@opentelemetry/sdk-trace');
});

test.concurrent('with missing packages, one line says how to install them, and the answer arrives', async (context) => {
  const { sandbox, endpoint } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  const elsewhere = join(sandbox.dir, 'installed');
  cpSync(join(import.meta.dirname, '../../../dist'), join(elsewhere, 'dist'), { recursive: true });
  writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}');
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(elsewhere, 'dist', 'cli.js'), 'ask', PROMPT],
    { env: sandbox.env, cwd: sandbox.dir },
  );
  expect(stdout).toBe(`${ANSWER}\n`);
  expect(stderr).toMatch(
    /^vastar-tui: warning: no telemetry: to export telemetry, [^\n]* run: npm install --global @opentelemetry\/api [^\n]*@opentelemetry\/exporter-trace-otlp-proto [^\n]*\n$/m,
  );
});

test.concurrent('the console is stderr, so that stdout has only the answer', async (context) => {
  const { sandbox, endpoint, run } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  Object.assign(sandbox.env, { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console' });
  const { stdout, stderr } = await run(['ask', PROMPT]);
  expect(stdout).toBe(`${ANSWER}\n`);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ span }) => span)).toContain('chat gpt-3.5-turbo');
  expect(lines.map(({ metric }) => metric)).toContain('gen_ai.client.inference.duration');
  expect(stderr).not.toContain(KEY);
});

test.concurrent('a warning names an unsupported protocol once', async (context) => {
  const { sandbox, endpoint, run } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  sandbox.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'grpc';
  const { code, stderr } = await run(['ask', PROMPT]);
  expect(code).toBe(0);
  expect(stderr).toBe(
    'vastar-tui: warning: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json: grpc is not supported. ' +
      'Collectors accept HTTP at port 4318, e.g. OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318\n',
  );
});
