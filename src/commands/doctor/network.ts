import { lookup } from 'node:dns/promises';
import { codeOf } from '../../common/error-code.js';
import { messageOf } from '../../common/errors.js';
import { bareHost } from '../../common/http/bare-host.js';
import type { Endpoint } from '../../config/endpoints/endpoint.js';
import { identityOf } from '../../connector/client-certificate.js';
import type { RuntimeClient, Timings } from '../../sdk/index.js';
import { type Finding, ok, problem, warning } from './finding.js';

const LIMIT_MS = 10_000;
const SHOWN_ADDRESSES = 3;

/**
 * Checks the network path to a provider: the addresses of its name, the connection, TLS. Sends one HEAD request without
 * the key.
 */
export async function checkNetwork(client: RuntimeClient, endpoint: Endpoint): Promise<Finding[]> {
  const { baseUrl } = endpoint;
  const { hostname } = new URL(baseUrl);
  const host = bareHost(hostname);
  const [dns, connection] = await Promise.all([checkDns(host), checkConnection(client, endpoint)]);
  if (dns.status !== 'problem') return [dns, ...connection];
  // A name that does not resolve explains the failed connection. When the connection works, a proxy resolves the name.
  const works = connection.every(({ status }) => status !== 'problem');
  return works
    ? [ok('dns', `${host} does not resolve here: the daemon's proxy resolves it`), ...connection]
    : [dns];
}

async function checkDns(host: string): Promise<Finding> {
  const startedMs = performance.now();
  try {
    const found = await lookup(host, { all: true });
    const addresses = found.map(({ address }) => address);
    const shown = addresses.slice(0, SHOWN_ADDRESSES).join(', ');
    const more = addresses.length > SHOWN_ADDRESSES ? ` and ${addresses.length - SHOWN_ADDRESSES} more` : '';
    return ok('dns', `${host} is ${shown}${more} (${msText(performance.now() - startedMs)})`);
  } catch (error) {
    const code = codeOf(error) || messageOf(error);
    return problem(
      'dns',
      `${host} has no address (${code})`,
      'check the name in base_url, the network, and /etc/resolv.conf',
    );
  }
}

async function checkConnection(client: RuntimeClient, endpoint: Endpoint): Promise<Finding[]> {
  const { baseUrl } = endpoint;
  try {
    const identity = await identityOf(endpoint);
    const request = { method: 'HEAD', url: baseUrl, timeoutMs: LIMIT_MS, ...identity };
    const { timings } = await client.streamHTTP(request);
    return [ok('connection', connectText(timings)), checkTls(baseUrl, timings)];
  } catch (error) {
    return [
      problem(
        'connection',
        messageOf(error),
        'check base_url, a firewall, a proxy that is needed, this machine’s clock',
      ),
    ];
  }
}

function connectText({ reused, dnsUs, connectUs }: Timings): string {
  if (reused) return 'the daemon has one open';
  return connectUs === undefined ? 'works' : `made in ${msText((connectUs - (dnsUs ?? 0)) / 1000)}`;
}

function checkTls(baseUrl: string, { reused, connectUs, tlsUs }: Timings): Finding {
  const { protocol, hostname } = new URL(baseUrl);
  if (protocol === 'http:') {
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    if (local) return ok('tls', 'not used, on this machine');
    return warning(
      'tls',
      'not used: the key and the text are sent unencrypted',
      'give an https:// address as base_url',
    );
  }
  const took =
    reused || tlsUs === undefined || connectUs === undefined
      ? ''
      : ` in ${msText((tlsUs - connectUs) / 1000)}`;
  return ok('tls', `agreed${took}; the certificate is valid`);
}

function msText(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
