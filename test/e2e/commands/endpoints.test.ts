import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  makeSandbox,
  type Running,
  runProgram,
  type Sandbox,
  startProgram,
} from '../../support/programs/program.js';
import { openTerminal } from '../../support/programs/terminal.js';
import {
  deltaOf,
  FINISH,
  type Handler,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

/**
 * A provider at /v1 that accepts `Bearer right` and the model `right-1`, and an Azure deployment. Other paths play
 * faults.
 */
const provider: Handler = ({ method, path, headers, body }, response) => {
  const json = (status: number, value: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const fail = (status: number, message: string, code: string | null = null): void =>
    json(status, { error: { message, code } });
  const { pathname, searchParams } = new URL(path, 'http://host');
  if (pathname.startsWith('/portal'))
    return void response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<html><title>Sign in</title></html>');
  if (pathname.startsWith('/elsewhere'))
    return fail(403, 'Country, region, or territory not supported', 'unsupported_country_region_territory');
  if (pathname.startsWith('/unpaid'))
    return fail(
      429,
      'You exceeded your current quota, please check your plan and billing details.',
      'insufficient_quota',
    );
  if (pathname.startsWith('/openai/')) {
    if (headers['api-key'] !== 'right') return fail(401, 'Access denied due to invalid subscription key');
    if (searchParams.get('api-version') !== '2024-10-21') return fail(404, 'Resource not found', '404');
    return json(200, { data: [{ id: 'right-1' }] });
  }
  if (pathname !== '/v1/models' && pathname !== '/v1/chat/completions')
    return json(404, { detail: 'Not Found' });
  if (headers.authorization !== 'Bearer right') return fail(401, 'Incorrect API key provided');
  if (method === 'GET') return json(200, { data: [{ id: 'right-1' }, { id: 'pro-1' }] });
  const { model } = JSON.parse(body.toString());
  if (model === 'pro-1')
    return fail(404, 'This model is only supported in v1/responses and not in v1/chat/completions.');
  if (model !== 'right-1') return fail(404, `The model \`${model}\` does not exist`, 'model_not_found');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return void response.end(sseEvents(deltaOf('OK'), FINISH, '[DONE]').join(''));
};

let sandbox: Sandbox;
let daemon: Running;
let upstream: Upstream;
const secure = createServer({
  cert: readFileSync(join(import.meta.dirname, '../../fixtures/tls/self-signed.cert.pem')),
  key: readFileSync(join(import.meta.dirname, '../../fixtures/tls/self-signed.key.pem')),
});

beforeAll(async () => {
  sandbox = await makeSandbox();
  upstream = await startUpstream(provider);
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const { port } = secure.address() as AddressInfo;
  const right = { base_url: upstream.url, api_key: 'right', model: 'right-1' };
  const profiles = {
    right,
    path: { ...right, base_url: `${upstream.url}/api/v2` },
    auth: { ...right, auth: 'api-key' },
    quoted: { ...right, api_key: '"right"' },
    version: { ...right, provider: 'azure', query: { 'api-version': '2023-01-01' } },
    model: { ...right, model: 'right-2' },
    format: { ...right, model: 'pro-1' },
    scheme: { ...right, base_url: upstream.url.replace('http:', 'https:') },
    page: { ...right, base_url: `${upstream.url}/portal` },
    tls: { ...right, base_url: `https://localhost:${port}` },
    region: { ...right, base_url: `${upstream.url}/elsewhere/v1` },
    quota: { ...right, base_url: `${upstream.url}/unpaid/v1` },
  };
  sandbox.writeConfig(JSON.stringify({ profiles, simulator: { base_url: sandbox.simulatorUrl } }));
  daemon = startProgram(sandbox, ['runtime', 'run']);
  await daemon.untilStderr(/listening on/);
});
afterAll(async () => {
  daemon.child.kill('SIGKILL');
  await daemon.ended;
  await upstream.close();
  secure.close();
  sandbox.remove();
});

test.each([
  ['path', /^path: set base_url: http:\S+\/v1\n/],
  ['auth', /^auth: set auth: bearer\n/],
  ['quoted', /^quoted: leave them out\n {2}profiles\.quoted\.api_key is in quotes/],
  ['version', /^version: set query: \{ api-version: "2024-10-21" \}\n/],
  ['model', /^model: set model, e\.g\. right-1\n.*does not exist/],
  ['format', /^format: set api: responses\n/],
  ['scheme', /^scheme: begin base_url with http: if that port does not use TLS\n/],
  ['page', /^page: set base_url to the address of the API.*\n.*with a web page \("Sign in"\)/],
  ['tls', /^tls: start the daemon with --ca FILE/],
  ['region', /^region: send requests through a proxy elsewhere/],
  ['quota', /^quota: add credit or raise the limit at the provider/],
])('endpoints test names the fault of "%s" and gives advice', async (name, words) => {
  const { code, stdout } = await runProgram(sandbox, ['endpoints', 'test', name]);
  expect(stdout).toMatch(words);
  expect(code).toBe(1);
});

test('endpoints test --json has the name of the fault', async () => {
  const { stdout } = await runProgram(sandbox, ['endpoints', 'test', 'auth', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ endpoint: 'auth', works: false, fault: 'authentication' });
});

test('endpoints test reports that a correct endpoint answers', async () => {
  const { code, stdout } = await runProgram(sandbox, ['endpoints', 'test', 'right']);
  expect(stdout).toBe('right: right-1 answers\n');
  expect(code).toBe(0);
});

test('endpoints add asks for each value at a terminal, and suggests the provider as the name', async () => {
  const home = await makeSandbox();
  const session = openTerminal(home, ['endpoints', 'add']);
  try {
    await session.untilScreen(/^Provider \(/m);
    session.send('groq\r');
    await session.untilScreen(/^Model:$/m);
    session.send('m-1\r');
    await session.untilScreen(/^Name of the profile \(enter: groq\):$/m);
    session.send('\r');
    expect((await session.ended).exitCode).toBe(0);
    await session.untilScreen(/vastar-tui endpoints test groq/);
  } finally {
    session.close();
    home.remove();
  }
});

test('endpoints add without a terminal says that the name is missing', async () => {
  expect(await runProgram(sandbox, ['endpoints', 'add', '--model', 'm'])).toMatchObject({
    code: 2,
    stderr: 'vastar-tui: name the profile: vastar-tui endpoints add NAME\n',
  });
});
