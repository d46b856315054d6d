import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { until } from '../../support/programs/program.js';
import type { Handler, Upstream } from '../../support/servers/upstream.js';

const KEY = 'sk-canary-0123456789';

const harness = harnessForEach();
const { run } = harness;

interface Report {
  healthy: boolean;
  findings: { section: string; check: string; status: string; detail: string; advice: string | null }[];
}
const find = (stdout: string, check: string): Report['findings'][number] | undefined =>
  (JSON.parse(stdout) as Report).findings.find((one) => one.check === check);

/** Makes `handler` the endpoint in use, with the canary key. */
const endpoint = (handler: Handler): Promise<Upstream> => harness.endpoint(handler, KEY);
const realMode = (baseUrl: string): string =>
  harness.sandbox.writeConfig(
    `openai:\n  api_key: ${KEY}\n  base_url: ${baseUrl}\nsimulator:\n  enabled: false\n`,
  );

const models: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}');
};

test.concurrent('every line is ok when everything works, and the started processes exit afterwards', async () => {
  const { code, stdout, stderr } = await run(['doctor']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/ok +simulator.base_url +http:\/\/127\.0\.0\.1:\d+ +\(config\.yaml:2:13\)/);
  expect(stdout).toMatch(/ok +capabilities +.*stream/);
  expect(stdout).toMatch(/ok +socket +.*belongs to you.*mode 0600/);
  expect(stdout).toMatch(/Everything is fine\.\n$/);
  await until(() => !existsSync(harness.sandbox.socketPath));
});

test.concurrent('a missing daemon and simulator are problems that say how to start them', async () => {
  const { code, stdout } = await run(['doctor', '--no-spawn', '--json']);
  expect(code).toBe(1);
  expect(find(stdout, 'daemon')).toMatchObject({
    status: 'problem',
    detail: expect.stringContaining('vastar-tui runtime start'),
  });
});

test.concurrent('the endpoint receives a request only with permission, and the key is never shown', async () => {
  const upstream = await endpoint(models);
  const withheld = await run(['doctor', '--json']);
  expect(withheld.code).toBe(0);
  expect(find(withheld.stdout, 'openai.api_key')?.detail).toMatch(/^set \(from config\.yaml/);
  expect(upstream.requests.map(({ method, headers }) => [method, headers.authorization])).toEqual([
    ['HEAD', undefined],
  ]);

  const allowed = await run(['doctor', '--yes']);
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toMatch(/ok +openai +answered 200 in \d+ ms/);
  expect(upstream.requests.at(-1)).toMatchObject({ method: 'GET', path: '/v1/models' });
  expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${KEY}`);
  for (const { stdout, stderr } of [withheld, allowed]) expect(stdout + stderr).not.toContain(KEY);
});

test.concurrent('at a terminal, doctor requests permission and accepts a no', async () => {
  const upstream = await endpoint(models);
  const session = harness.open(['doctor']);
  try {
    await session.untilScreen(/with your key\?.*\[y\/N\]/);
    session.send('n\r');
    expect((await session.ended).exitCode).toBe(0);
    expect(upstream.requests.map(({ method }) => method)).toEqual(['HEAD']);
  } finally {
    session.close();
  }
});

test.concurrent('a refused key is a problem with advice', async () => {
  await endpoint((_request, response) => void response.writeHead(401).end());
  const { code, stdout } = await run(['doctor', '--yes', '--json']);
  expect(code).toBe(1);
  expect((JSON.parse(stdout) as Report).findings.at(-1)).toMatchObject({
    check: 'openai',
    status: 'problem',
    detail: expect.stringMatching(/refused the key \(401\)/),
  });
});

test.concurrent('an endpoint that refuses the list of models with a 400, as Gemini refuses a wrong key, is a warning', async () => {
  await endpoint((_request, response) => void response.writeHead(400).end());
  const { stdout } = await run(['doctor', '--yes', '--json']);
  expect((JSON.parse(stdout) as Report).findings.at(-1)).toMatchObject({
    check: 'openai',
    status: 'warning',
    detail: expect.stringMatching(/^answered 400 in \d+ ms$/),
    advice: 'find out why: vastar-tui endpoints test openai',
  });
});

test.concurrent('an endpoint without a list of models is reachable', async () => {
  await endpoint((_request, response) => void response.writeHead(404).end());
  const { stdout } = await run(['doctor', '--yes', '--json']);
  expect((JSON.parse(stdout) as Report).findings.at(-1)).toMatchObject({ check: 'openai', status: 'ok' });
});

test.concurrent('an unresolvable host name is reported as the problem', async () => {
  realMode('https://absent.invalid');
  const { code, stdout } = await run(['doctor', '--json']);
  expect(code).toBe(1);
  expect(find(stdout, 'dns')).toMatchObject({
    status: 'problem',
    detail: expect.stringContaining('absent.invalid'),
  });
});

test.concurrent('a certificate from an unknown authority is a problem', async () => {
  const tls = join(import.meta.dirname, '../../fixtures/tls');
  const server = createServer({
    key: readFileSync(join(tls, 'self-signed.key.pem')),
    cert: readFileSync(join(tls, 'self-signed.cert.pem')),
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = server.address();
    realMode(`https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    const { code, stdout } = await run(['doctor', '--yes', '--json']);
    expect(code).toBe(1);
    expect(find(stdout, 'connection')).toMatchObject({
      status: 'problem',
      detail: expect.stringMatching(/certificate/i),
    });
  } finally {
    server.close();
  }
});

test.concurrent('an unreadable configuration is a finding, and the other checks still run', async () => {
  harness.sandbox.writeConfig('openai:\n  model: "x\n  api_keyy: 1\n');
  const { code, stdout } = await run(['doctor', '--json']);
  expect(code).toBe(1);
  expect((JSON.parse(stdout) as Report).findings).toContainEqual(
    expect.objectContaining({ section: 'configuration', status: 'problem' }),
  );
  const missing = await run(['doctor', '--config', 'absent.yaml']);
  expect(missing.code).toBe(1);
  expect(missing.stdout).toMatch(/problem +file +.*absent\.yaml/);
});
