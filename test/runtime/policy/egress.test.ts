import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import type { PolicyOptions } from '../../../src/runtime/policy/policies.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

async function ask(url: string, egress: PolicyOptions['egress'] = {}) {
  const daemon = await testDaemon({ policies: { egress } });
  closing.push(daemon.close);
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url }));
  return streamOf(client, 1n);
}

test('a request to a forbidden address is refused before anything is sent, and is not retried', async () => {
  const { end } = await ask('http://169.254.169.254/latest/meta-data/');
  expect(end).toMatchObject({ errorClass: ErrorClass.Permanent, timings: { attempts: 0 } });
  expect(end.errorMessage).toMatch(/where clouds serve credentials/);
});

test('a name is refused for the address that it resolves to', async () => {
  const upstream = await startUpstream({ chunks: ['secret'] });
  closing.push(upstream.close);
  const url = `http://localhost:${upstream.port}/`;
  const { end } = await ask(url, { loopback: false });
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(end.errorMessage).toMatch(
    /requests to http:\/\/localhost:\d+ are not allowed \((127\.0\.0\.1|::1) is this machine/,
  );
  expect(upstream.connections()).toBe(0);
  expect((await ask(url)).body.toString()).toBe('secret');
});

test('a redirect to a forbidden address is not followed', async () => {
  const upstream = await startUpstream({ status: 302, headers: { location: 'http://169.254.169.254/' } });
  closing.push(upstream.close);
  const { end } = await ask(upstream.url);
  expect(end.errorClass).toBe(ErrorClass.Permanent);
  expect(end.errorMessage).toContain('http://169.254.169.254');
});
