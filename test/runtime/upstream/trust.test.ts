import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import type { PoolOptions } from '../../../src/runtime/upstream/upstream-pools.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, of, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { CA_FILE, type Certificate, startTlsUpstream } from '../../support/servers/tls-upstream.js';

const closing = closedAfterEach();

const ca = readFileSync(CA_FILE, 'utf8');

async function ask(certificate: Certificate, pool: PoolOptions) {
  const upstream = await startTlsUpstream(certificate);
  const daemon = await testDaemon({ pool });
  closing.push(daemon.close, upstream.close);
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url: upstream.url }));
  return { ...(await streamOf(client, 1n)), upstream, client };
}

test('a server with a certificate from a given authority is trusted', async () => {
  const { body, end } = await ask('localhost', { ca });
  expect([body.toString(), end.errorClass]).toEqual(['secret', ErrorClass.Success]);
  expect(end.timings.tlsUs).toBeGreaterThan(end.timings.connectUs ?? Number.POSITIVE_INFINITY);
});

describe('is not trusted, and gets no request', () => {
  test.each<[string, Certificate, PoolOptions, string, RegExp]>([
    ['an unknown authority', 'localhost', {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /--ca FILE$/],
    ['a self-signed certificate', 'self-signed', { ca }, 'DEPTH_ZERO_SELF_SIGNED_CERT', /--ca FILE$/],
    ['an expired certificate', 'expired', { ca }, 'CERT_HAS_EXPIRED', /check this machine's clock/],
    [
      'a certificate for another host',
      'wrong-host',
      { ca },
      'ERR_TLS_CERT_ALTNAME_INVALID',
      /check base_url: the certificate is for another host$/,
    ],
  ])('%s', async (_name, certificate, pool, code, advice) => {
    const { end, upstream } = await ask(certificate, pool);
    expect(end).toMatchObject({ errorClass: ErrorClass.Permanent, timings: { attempts: 1 } });
    expect(end.errorMessage).toContain(`no trusted connection to ${upstream.url}: `);
    expect(end.errorMessage).toContain(`(${code}): `);
    expect(end.errorMessage).toMatch(advice);
    expect(upstream.requests()).toBe(0);
  });
});

test('without verification every server is trusted, and health says so', async () => {
  const { body, client } = await ask('expired', { verify: false });
  expect(body.toString()).toBe('secret');
  client.send({ type: MessageType.HealthCheck });
  expect(await client.next(of(MessageType.HealthResponse))).toMatchObject({
    healthy: true,
    message: 'ok; TLS certificates are NOT verified (--insecure-skip-verify)',
  });
});
