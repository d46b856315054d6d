import { readFileSync, statSync } from 'node:fs';
import { ConnectorException, ErrorClass, fileReason } from '../common/errors.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import type { ClientCertificate } from '../sdk/index.js';

/** The part of a request that carries the endpoint's client certificate. */
export interface Identity {
  clientCertificate?: ClientCertificate;
}

const NONE: Identity = {};
/** Far above the size of a chain of certificates, which is a few KiB. */
const MAX_BYTES = 256 * 1024;

/** The latest certificate of each pair of paths, with the files' state at that time. */
const known = new Map<string, { state: string; identity: Identity }>();

/**
 * Returns the endpoint's client certificate and its key. Reads the files again only after they change.
 * @throws {ConnectorException} InvalidRequest when the files are unusable. The message repeats none of their content.
 */
export async function identityOf({ access, baseUrl }: Endpoint): Promise<Identity> {
  const { clientFiles } = access;
  if (clientFiles === undefined || !baseUrl.startsWith('https:')) return NONE;
  const { cert, key = cert } = clientFiles;
  const place = `${cert}\n${key}`;
  const state = `${stateOf('client_cert', cert)} ${stateOf('client_key', key)}`;
  const before = known.get(place);
  if (before?.state === state) return before.identity;
  const clientCertificate = { cert: read('client_cert', cert), key: read('client_key', key) };
  await check(clientCertificate, cert, key);
  const identity = { clientCertificate };
  known.set(place, { state, identity });
  return identity;
}

function stateOf(setting: string, path: string): string {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw unusable(`${setting} ${path} is not a file`);
    if (found.size > MAX_BYTES) throw unusable(`${setting} ${path} is too large for a PEM file`);
    return `${found.mtimeMs} ${found.size} ${found.ino}`;
  } catch (error) {
    if (error instanceof ConnectorException) throw error;
    throw unusable(`${setting} ${path} cannot be read: ${fileReason(error)}`);
  }
}

function read(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(`${setting} ${path} cannot be read: ${fileReason(error)}`);
  }
}

async function check({ cert, key }: ClientCertificate, certPath: string, keyPath: string): Promise<void> {
  const { createPrivateKey, X509Certificate } = await import('node:crypto');
  const attempt = <T>(work: () => T, problem: string): T => {
    try {
      return work();
    } catch {
      // OpenSSL's message is less helpful and may repeat the file's content.
      throw unusable(problem);
    }
  };
  const certificate = attempt(
    () => new X509Certificate(cert),
    `set client_cert to a PEM file with "BEGIN CERTIFICATE": ${certPath} contains no certificate`,
  );
  if (/ENCRYPTED/.test(key)) {
    const advice = `remove its passphrase with openssl pkey -in ${keyPath} -out FILE`;
    throw unusable(`the key in client_key ${keyPath} is encrypted: ${advice}`);
  }
  const privateKey = attempt(
    () => createPrivateKey(key),
    `set client_key to a PEM file with "BEGIN PRIVATE KEY": ${keyPath} contains no private key`,
  );
  if (!certificate.checkPrivateKey(privateKey))
    throw unusable(`client_key ${keyPath} is not the key of client_cert ${certPath}`);
  const now = Date.now();
  if (now > Date.parse(certificate.validTo))
    throw unusable(`get a new client certificate: client_cert ${certPath} expired on ${certificate.validTo}`);
  if (now < Date.parse(certificate.validFrom))
    throw unusable(
      `check this machine's clock: client_cert ${certPath} is not valid before ${certificate.validFrom}`,
    );
}

function unusable(message: string): ConnectorException {
  return new ConnectorException(message, ErrorClass.InvalidRequest);
}
