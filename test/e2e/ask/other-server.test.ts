import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSandbox, runProgram, type Sandbox } from '../../support/programs/program.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';

let sandbox: Sandbox;
let upstream: Upstream;
beforeEach(async () => {
  sandbox = await makeSandbox();
  upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>My app</title>');
  });
});
afterEach(async () => {
  sandbox.remove();
  await upstream.close();
});

test('a program that uses the simulator’s port is named, with another address to use', async () => {
  sandbox.writeConfig(`simulator:\n  base_url: ${upstream.url}\n`);
  const { code, stdout, stderr } = await runProgram(sandbox, ['ask', 'hi']);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  const { port, hostname } = new URL(upstream.url);
  expect(stderr).toContain(
    `use another port for the simulator, for example with --base-url http://${hostname}:${Number(port) + 1}, because another program uses`,
  );
  expect(stderr).toContain('("My app")');
});
