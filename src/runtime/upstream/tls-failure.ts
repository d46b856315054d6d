import { accessSync, constants } from 'node:fs';
import { FailureCode, fileReason } from '../../common/errors.js';

/** Why a TLS handshake failed for another reason than a client certificate. */
export interface TlsFailure {
  what: string;
  advice: string;
  /** Absent when the server uses TLS and refused the handshake with an alert. */
  code?: FailureCode;
}

/** @param code the error's code @param text its message */
export function tlsFailure(error: Error, code: string, text: string, origin: string): TlsFailure {
  return { what: `no trusted connection to ${origin}: ${reasonOf(error, text)}`, ...problemOf(code) };
}

/** Alerts (RFC 8446, 6) of servers that use TLS. */
const TLS_ALERTS: readonly [RegExp, string][] = [
  [/UNRECOGNIZED_NAME/, 'check base_url: the server does not know that host name'],
  [/ALERT_PROTOCOL_VERSION/, 'the server has no version of TLS that this program accepts: update the server'],
  [/NO_APPLICATION_PROTOCOL/, 'start the daemon with --http2 deny'],
  [/ALERT/, 'check base_url; if it is right, read the log of the server or of the proxy in front of it'],
];

function problemOf(code: string): Pick<TlsFailure, 'advice' | 'code'> {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const advice = "check this machine's clock; if it is right, the server needs a new certificate";
    return { advice, code: FailureCode.CertificateExpired };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const advice = 'check base_url: the certificate is for another host';
    return { advice, code: FailureCode.CertificateHostMismatch };
  }
  const [, advice] = TLS_ALERTS.find(([alert]) => alert.test(code)) ?? [];
  if (advice !== undefined) return { advice };
  if (code.startsWith('ERR_SSL'))
    return { advice: 'begin base_url with http: if that port does not use TLS', code: FailureCode.NoTls };
  return {
    advice: untrustedAdvice(process.env.NODE_EXTRA_CA_CERTS),
    code: FailureCode.CertificateUntrusted,
  };
}

/** @param file the value of NODE_EXTRA_CA_CERTS. Node ignores a file that it can't read */
export function untrustedAdvice(file = ''): string {
  try {
    if (file !== '') accessSync(file, constants.R_OK);
  } catch (error) {
    return `correct NODE_EXTRA_CA_CERTS, and start the daemon again: ${file} cannot be read (${fileReason(error)})`;
  }
  // `bench` sends requests without a daemon.
  return 'if the certificate is your own, set NODE_EXTRA_CA_CERTS=FILE, or start the daemon with --ca FILE';
}

/** Returns OpenSSL's reason without its source lines, or Node's message without its advice for developers. */
function reasonOf(error: Error, text: string): string {
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  const [reason = text] = text.split(';');
  return reason;
}
