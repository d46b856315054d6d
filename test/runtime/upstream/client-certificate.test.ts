import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type SecureVersion, TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import type { ClientCertificate } from '../../../src/protocol/messages.js';
import { certificateFailure } from '../../../src/runtime/upstream/certificate-failure.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { certificate } from '../../support/servers/tls-upstream.js';

const closing = closedAfterEach();

const folder = join(import.meta.dirname, '../../fixtures/tls');
const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');
const CLIENT = { cert: pem('client.cert.pem'), key: pem('client.key.pem') };
/** A certificate from an authority that the server does not know. */
const STRANGER = { cert: pem('wrong-host.cert.pem'), key: pem('wrong-host.key.pem') };

/** Starts an HTTPS server that demands certificates, and answers each client with the name in its certificate. */
async function demanding(version: SecureVersion, reject = true) {
  const server = createServer(
    {
      ...certificate('localhost'),
      requestCert: true,
      rejectUnauthorized: reject,
      ca: pem('client-ca.cert.pem'),
      minVersion: version,
      maxVersion: version,
    },
    (request, response) => {
      const { socket } = request;
      const peer = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined;
      response.end(String(peer ?? 'nobody'));
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

async function askAs(url: string, certificates: readonly (ClientCertificate | undefined)[]) {
  const daemon = await testDaemon({ pool: { ca: pem('ca.cert.pem') } });
  closing.unshift(daemon.close);
  const client = await daemon.client();
  const answers: {
    body: string;
    errorClass: ErrorClass;
    errorMessage: string;
    hop: unknown;
    attempts: number;
  }[] = [];
  for (const [index, clientCertificate] of certificates.entries()) {
    const id = BigInt(index + 1);
    const own = clientCertificate === undefined ? {} : { clientCertificate };
    client.send(httpStream(id, { method: 'GET', url }, own));
    const { body, end } = await streamOf(client, id);
    const { errorClass, errorMessage, hop } = end;
    answers.push({ body: body.toString(), errorClass, errorMessage, hop, attempts: end.timings.attempts });
  }
  return answers;
}

const SET = 'set client_cert and client_key of the endpoint, or --client-cert and --client-key';

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'over %s a server gets each request’s own certificate',
  async (version) => {
    const url = await demanding(version, false);
    const answers = await askAs(url, [CLIENT, undefined, STRANGER, CLIENT]);
    expect(answers.map(({ body }) => body)).toEqual(['client', 'nobody', 'wrong-host', 'client']);
  },
);

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'over %s the error names the server that demands a certificate, and the settings',
  async (version) => {
    const [answer] = await askAs(await demanding(version), [undefined]);
    expect(answer).toMatchObject({ body: '', hop: 'provider' });
    expect(answer?.errorMessage).toContain(SET);
  },
);

test('the error for a refused certificate suggests checking client_cert', async () => {
  const [answer] = await askAs(await demanding('TLSv1.3'), [STRANGER]);
  expect(answer?.errorMessage).toContain('check client_cert');
});

test('an invalid certificate is the client’s fault, and the error does not contain it', async () => {
  const url = await demanding('TLSv1.3', false);
  const answers = await askAs(url, [
    { ...CLIENT, key: 'no key, canary' },
    { ...CLIENT, cert: 'canary' },
    CLIENT,
  ]);
  for (const answer of answers.slice(0, 2)) {
    expect(answer).toMatchObject({ errorClass: ErrorClass.InvalidRequest, hop: 'client' });
    expect(answer.errorMessage).toMatch(
      /^check client_cert and client_key: the client certificate cannot be used: /,
    );
    expect(answer.errorMessage).not.toContain('canary');
  }
  expect(answers[2]?.body).toBe('client');
});

test('a redirect to another origin is followed without the certificate, and the error of a refusal there says so', async () => {
  const other = await demanding('TLSv1.3', false);
  const server = createServer(certificate('localhost'), (_request, response) => {
    response.writeHead(302, { location: other }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  const [answer] = await askAs(`https://localhost:${(server.address() as AddressInfo).port}`, [CLIENT]);
  expect(answer?.body).toBe('nobody');
});

test.each([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', false, 'demands a client certificate'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', false, 'demands a client certificate'],
  [
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    true,
    'refuses the client certificate: the server does not trust the authority',
  ],
  [
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    true,
    'refuses the client certificate: the certificate has expired',
  ],
  [
    'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED',
    true,
    'refuses the client certificate: the certificate was revoked',
  ],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', false, 'aborts the TLS handshake'],
])('the alert %s gives the reason of the refusal', (code, given, what) => {
  const failure = certificateFailure(code, given);
  expect(failure?.what).toContain(what);
  expect(failure?.advice).toContain('client_cert');
});

test.each(['CERT_HAS_EXPIRED', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ECONNRESET', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
  'another TLS error is not reported as a refused certificate: %s',
  (code) => expect(certificateFailure(code, true)).toBeUndefined(),
);
