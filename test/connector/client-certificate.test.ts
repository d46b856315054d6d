import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OpenAIStreamConnector } from '../../src/index.js';
import { testDaemon } from '../support/protocol/daemon.js';
import { folderForTest } from '../support/run/temporary-folder.js';
import { certificate } from '../support/servers/tls-upstream.js';
import { deltaOf, FINISH, sseEvents } from '../support/servers/upstream.js';

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures/tls', name);
let folder: string;
const closing: Array<() => unknown> = [];
beforeEach(() => {
  folder = folderForTest();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An API that requires a client certificate and answers with the name in it. */
async function connectorFor(section: Record<string, string>): Promise<OpenAIStreamConnector> {
  const server = createServer(
    { ...certificate('localhost'), requestCert: true, ca: readFileSync(fixture('client-ca.cert.pem')) },
    ({ socket, url = '' }, response) => {
      const name = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '';
      const models = JSON.stringify({ data: [{ id: name }] });
      response.end(url.endsWith('/models') ? models : sseEvents(deltaOf(name), FINISH).join(''));
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const daemon = await testDaemon({ pool: { ca: readFileSync(fixture('ca.cert.pem'), 'utf8') } });
  closing.push(
    daemon.close,
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const base_url = `https://localhost:${(server.address() as AddressInfo).port}`;
  const connector = new OpenAIStreamConnector(
    { openai: { base_url, api_key: 'sk-test', model: 'm', ...section }, simulator: { enabled: false } },
    { socketPath: daemon.path },
  );
  closing.push(() => connector.close());
  return connector;
}

const ask = (connector: OpenAIStreamConnector) => connector.exchange([{ role: 'user', content: 'hi' }]);
const FILES = { client_cert: fixture('client.cert.pem'), client_key: fixture('client.key.pem') };

test('requests for answers and models use client_cert and client_key', async () => {
  const connector = await connectorFor(FILES);
  expect(await ask(connector)).toMatchObject({ outcome: 'complete', text: 'client' });
  expect(await connector.listModels()).toEqual(['client']);
  expect(await connector.testConnection()).toMatchObject({ statusCode: 200 });
});

test('one file may contain certificate and key, and is read again after it changes', async () => {
  const client_cert = join(folder, 'both.pem');
  writeFileSync(client_cert, 'not yet');
  const connector = await connectorFor({ client_cert });
  expect((await ask(connector)).error?.message).toContain('contains no certificate');
  writeFileSync(
    client_cert,
    readFileSync(FILES.client_cert, 'utf8') + readFileSync(FILES.client_key, 'utf8'),
  );
  utimesSync(client_cert, new Date(), new Date(Date.now() + 2000));
  expect(await ask(connector)).toMatchObject({ outcome: 'complete', text: 'client' });
});

test.each<[string, (path: string) => Partial<typeof FILES>, RegExp]>([
  [
    'a missing file',
    () => ({ client_cert: '/absent/c.pem' }),
    /^client_cert \/absent\/c\.pem cannot be read: there is no/,
  ],
  ['a folder', () => ({ client_key: tmpdir() }), /^client_key \S+ is not a file/],
  ['a key in place of the certificate', () => ({ client_cert: FILES.client_key }), /contains no certificate/],
  ['a certificate in place of the key', () => ({ client_key: FILES.client_cert }), /contains no private key/],
  ['another key', () => ({ client_key: fixture('localhost.key.pem') }), /is not the key of client_cert/],
  [
    'an expired certificate',
    () => ({ client_cert: fixture('expired.cert.pem'), client_key: fixture('expired.key.pem') }),
    /^get a new client certificate: client_cert \S+ expired on Feb {1,2}1 00:00:00 2020 GMT/,
  ],
  [
    'a key with a passphrase',
    (path) => {
      const key = createPrivateKey(readFileSync(FILES.client_key));
      writeFileSync(
        path,
        key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' }),
      );
      return { client_key: path };
    },
    /is encrypted: remove its passphrase with openssl pkey -in/,
  ],
  [
    'a file that is far too large',
    (path) => {
      writeFileSync(path, 'x'.repeat(300 * 1024));
      return { client_key: path };
    },
    /is too large for a PEM file/,
  ],
])('an error names what is wrong with the files before any request: %s', async (_name, change, words) => {
  copyFileSync(FILES.client_cert, join(folder, 'unused'));
  const connector = await connectorFor({ ...FILES, ...change(join(folder, 'k.pem')) });
  const { outcome, error } = await ask(connector);
  expect(outcome).toBe('error');
  expect(error).toMatchObject({ hop: 'client' });
  expect(error?.getErrorClassName()).toBe('InvalidRequest');
  expect(error?.message).toMatch(words);
  await expect(connector.listModels()).rejects.toThrow(words);
});
