import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import type { Limits } from '../../../src/runtime/limits.js';
import {
  type Proxies,
  proxiesFrom,
  proxyAuthorization,
  proxyProblems,
} from '../../../src/runtime/upstream/proxy.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { httpStream, streamOf } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { freePort } from '../../support/servers/free-port.js';
import { CA_FILE, certificate, startTlsUpstream } from '../../support/servers/tls-upstream.js';
import { startTcpUpstream, startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

const target = (host: string, port = 443) => ({ host, port });

describe('which requests go through a proxy', () => {
  const env = {
    HTTPS_PROXY: 'http://proxy.test:3128',
    http_proxy: 'plain.test:8080',
    NO_PROXY: '.corp.test, db:5432,10.0.0.7,172.16.0.0/12,fd00::/8,192.168.1.0/x,192.168.2.0/33,2001:db8::5',
  };
  const proxies = proxiesFrom(env);

  test.each([
    ['api.example.com', 443, true],
    ['corp.test', 443, false],
    ['a.b.corp.test', 443, false],
    ['notcorp.test', 443, true],
    ['db', 5432, false],
    ['db', 443, true],
    ['10.0.0.7', 443, false],
    ['172.31.255.255', 443, false],
    ['172.32.0.0', 443, true],
    ['fd12::1', 443, false],
    ['fe12::1', 443, true],
    ['2001:db8::5', 443, false],
    ['2001:db8::', 5, true],
    ['192.168.1.1', 443, true],
    ['192.168.2.1', 443, true],
    ['localhost', 443, false],
    ['127.0.0.1', 443, false],
    ['::1', 443, false],
  ])('%s:%i: %s', (host, port, through) => {
    expect(proxies?.of('https:', target(host, port))?.origin).toBe(
      through ? 'http://proxy.test:3128' : undefined,
    );
  });

  test('each protocol has its own variable; lower case works, and the scheme is optional', () => {
    expect(proxies?.of('http:', target('a.example', 80))?.origin).toBe('http://plain.test:8080');
  });

  test('a star means no proxy, and without a variable there is none', () => {
    expect(proxiesFrom({ ...env, NO_PROXY: '*' })?.of('https:', target('api.example.com'))).toBeUndefined();
    expect(proxiesFrom({ NO_PROXY: 'x' })).toBeUndefined();
  });

  test('ALL_PROXY is for both protocols when it is an HTTP proxy, and its own variable wins', () => {
    const all = proxiesFrom({ all_proxy: 'http://all.test', HTTPS_PROXY: 'http://one.test' });
    expect(all?.of('https:', target('api.example.com'))?.host).toBe('one.test');
    expect(all?.of('http:', target('api.example.com'))?.host).toBe('all.test');
    expect(proxiesFrom({ ALL_PROXY: 'socks5://127.0.0.1:1080' })).toBeUndefined();
  });

  test.each([
    ['socks5://user:secret@host', 'it names a SOCKS proxy'],
    ['http://user:secret@ho st:80', 'its value is not one'],
  ])('with the invalid value %s, only the requests that need it fail, without the value', (value, why) => {
    const found = proxiesFrom({ HTTPS_PROXY: value, NO_PROXY: 'direct.test' });
    expect(found?.of('https:', target('localhost'))).toBeUndefined();
    expect(found?.of('https:', target('direct.test'))).toBeUndefined();
    expect(found?.of('http:', target('api.example.com'))).toBeUndefined();
    const use = () => found?.of('https:', target('api.example.com'));
    expect(use).toThrow(
      new RegExp(`^set HTTPS_PROXY to the URL of an HTTP proxy, .* or add the host to NO_PROXY: ${why}$`),
    );
    expect(use).not.toThrow(/secret/);
    expect(proxyProblems({ HTTPS_PROXY: value })).toHaveLength(1);
  });

  test('its user name and password are decoded before they are sent', () => {
    expect(proxyAuthorization(new URL('http://me:p%40ss@proxy'))).toBe(`Basic ${btoa('me:p@ss')}`);
    expect(proxyAuthorization(new URL('http://me:100%@proxy'))).toBe(`Basic ${btoa('me:100%')}`);
    expect(proxyAuthorization(new URL('http://proxy'))).toBeUndefined();
  });
});

/** Starts a proxy that forwards all requests to a port of 127.0.0.1. */
async function startProxy(port: number, status = 200, tls?: { key: string; cert: string }) {
  const seen: Array<{ line: string; authorization: string | undefined; host: string | undefined }> = [];
  const server = (tls === undefined ? createServer() : createTlsServer(tls)).on(
    'request',
    (request, response) => {
      seen.push({
        line: `${request.method} ${request.url}`,
        authorization: request.headers['proxy-authorization'],
        host: request.headers.host,
      });
      const { pathname } = new URL(request.url ?? '');
      const forwarded = httpRequest({ port, host: '127.0.0.1', path: pathname }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(forwarded);
    },
  );
  server.on('connect', (request, socket) => {
    seen.push({
      line: `CONNECT ${request.url}`,
      authorization: request.headers['proxy-authorization'],
      host: request.headers.host,
    });
    socket.on('error', () => {});
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const through = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    through.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

/** Returns proxies that are also used for this machine, where the servers of these tests run. */
function everywhere(url: string): Proxies {
  const proxies = proxiesFrom({ HTTP_PROXY: url, HTTPS_PROXY: url });
  if (proxies === undefined) throw new Error('no proxies');
  const proxy = new URL(url);
  return { of: (_protocol, place) => (proxies.has(place) ? undefined : proxy), has: proxies.has };
}

async function ask(url: string, proxies: Proxies, limits: Partial<Limits> = {}) {
  // The proxy runs on this machine, to which the rules deny requests.
  const policies = { maxAttempts: 1, egress: { loopback: false } };
  const daemon = await testDaemon({ pool: { proxies, limits, ca: readFileSync(CA_FILE, 'utf8') }, policies });
  closing.unshift(daemon.close);
  const client = await daemon.client();
  client.send(httpStream(1n, { method: 'GET', url }));
  return streamOf(client, 1n);
}

describe('a request through a proxy', () => {
  test.each(['http://far.example/', 'https://far.example/'])(
    'whose variable has a SOCKS proxy fails once and says what to set: %s',
    async (url) => {
      const socks = 'socks5://127.0.0.1:1080';
      const proxies = proxiesFrom({ HTTP_PROXY: socks, HTTPS_PROXY: socks });
      if (proxies === undefined) throw new Error('no proxies');
      const { end } = await ask(url, proxies);
      expect(end).toMatchObject({
        errorClass: ErrorClass.Permanent,
        errorMessage: expect.stringMatching(/^set HTTPS?_PROXY to the URL of an HTTP proxy/),
      });
    },
  );

  test('with TLS uses a tunnel, and the certificate is the server’s', async () => {
    const upstream = await startTlsUpstream('localhost');
    closing.push(upstream.close);
    const proxy = await startProxy(upstream.port);
    const { body, end } = await ask(upstream.url, everywhere(`http://me:pw@127.0.0.1:${proxy.port}`));
    expect(end.errorMessage).toBe('');
    expect(body.toString()).toBe('secret');
    const place = `localhost:${upstream.port}`;
    expect(proxy.seen).toEqual([
      { line: `CONNECT ${place}`, host: place, authorization: `Basic ${btoa('me:pw')}` },
    ]);
    expect(end.timings.tlsUs).toBeGreaterThan(0);
  });

  test('that uses TLS itself works if its certificate is trusted', async () => {
    const upstream = await startTlsUpstream('localhost');
    closing.push(upstream.close);
    const proxy = await startProxy(upstream.port, 200, certificate('localhost'));
    const { body, end } = await ask(upstream.url, everywhere(`https://localhost:${proxy.port}`));
    expect(end.errorMessage).toBe('');
    expect(body.toString()).toBe('secret');
  });

  test('with an untrusted certificate fails with an error that says why', async () => {
    const proxy = await startProxy(1, 200, certificate('self-signed'));
    const { end } = await ask('https://far.example', everywhere(`https://localhost:${proxy.port}`));
    expect(end.errorMessage).toMatch(
      /^check HTTPS_PROXY: .* opens no tunnel to far.example:443: self-signed certificate$/,
    );
    expect(proxy.seen).toEqual([]);
  });

  test('without TLS is sent to the proxy with the whole URL', async () => {
    const upstream = await startUpstream({ chunks: ['ok'] });
    closing.push(upstream.close);
    const proxy = await startProxy(upstream.port);
    const { body } = await ask('http://far.example/path', everywhere(`http://127.0.0.1:${proxy.port}`));
    expect(body.toString()).toBe('ok');
    expect(proxy.seen).toEqual([
      { line: 'GET http://far.example/path', host: 'far.example', authorization: undefined },
    ]);
  });

  test.each([
    [407, ErrorClass.Permanent, /^check HTTPS_PROXY: .*: it demands a user name and password$/],
    [403, ErrorClass.Permanent, /^check HTTPS_PROXY: .*: it answered 403$/],
    [502, ErrorClass.Transient, /it answered 502/],
  ])('that answers %i fails with an error that names the proxy', async (status, errorClass, message) => {
    const proxy = await startProxy(1, status);
    const { end } = await ask('https://far.example', everywhere(`http://127.0.0.1:${proxy.port}`));
    expect(end.errorClass).toBe(errorClass);
    expect(end.errorMessage).toContain(
      `the proxy http://127.0.0.1:${proxy.port} opens no tunnel to far.example:443`,
    );
    expect(end.errorMessage).toMatch(message);
  });

  test.each([401, 407])('with a wrong password fails with an error that says so: %i', async (status) => {
    const proxy = await startProxy(1, status);
    const { end } = await ask('https://far.example', everywhere(`http://me:wrong@127.0.0.1:${proxy.port}`));
    expect(end.errorMessage).toMatch(/^check HTTPS_PROXY: .*: it refuses the user name and password$/);
    expect(end.errorMessage).not.toContain('wrong');
  });

  test.each([
    ['https:', 'HTTPS_PROXY'],
    ['http:', 'HTTP_PROXY'],
  ])('that is missing fails with an error that names the variable: %s', async (protocol, variable) => {
    const proxy = `http://127.0.0.1:${await freePort()}`;
    const { end } = await ask(`${protocol}//far.example`, everywhere(proxy));
    expect(end.errorClass).toBe(ErrorClass.Transient);
    expect(end.errorMessage).toMatch(
      `check ${variable}: no connection to the proxy ${proxy}: connect ECONNREFUSED`,
    );
  });

  test('that does not answer fails in time with an error that names the proxy', async () => {
    const upstream = await startTcpUpstream(() => {});
    closing.push(upstream.close);
    const { s, end } = await withLongEnough(
      async (connectTimeoutMs) => {
        const { end } = await ask('https://far.example', everywhere(upstream.url), { connectTimeoutMs });
        return { s: connectTimeoutMs / 1000, end };
      },
      // With a shorter limit, a busy machine has no connection to the proxy yet.
      (one) => one.end.errorMessage.includes('no tunnel'),
    );
    expect(end.errorClass).toBe(ErrorClass.Transient);
    expect(end.errorMessage).toBe(
      `check HTTPS_PROXY: the proxy ${upstream.url} opens no tunnel to far.example:443: no connection within ${s} s (--connect-timeout)`,
    );
  });
});
