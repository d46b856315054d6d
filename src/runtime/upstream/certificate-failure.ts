import { FailureCode } from '../../common/errors.js';

/** Why a request failed because of its client certificate. */
export interface CertificateFailure {
  /** Continues a sentence that begins with the origin, e.g. "demands a client certificate". */
  what: string;
  advice: string;
  code: FailureCode;
}

export const SET_CERTIFICATE =
  'set client_cert and client_key of the endpoint, or --client-cert and --client-key';

export const CHECK_CERTIFICATE = 'check client_cert';

/** TLS alerts (RFC 8446, 6.2) by which a server refuses a missing or unsuitable client certificate. */
const ALERTS: readonly [RegExp, string][] = [
  [/CERTIFICATE_REQUIRED/, 'the server received none'],
  [/BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE/, 'the server does not accept it'],
  [/ALERT_UNKNOWN_CA/, 'the server does not trust the authority that signed it'],
  [/CERTIFICATE_EXPIRED/, 'the certificate has expired'],
  [/CERTIFICATE_REVOKED/, 'the certificate was revoked'],
  [/ALERT_ACCESS_DENIED/, 'the certificate has no access'],
];

/**
 * Finds out from a TLS error's code why the server refused the client certificate. Returns undefined for other errors.
 * Before TLS 1.3, most servers only report that the handshake failed.
 * @param given whether the request has a client certificate
 */
export function certificateFailure(code: string, given: boolean): CertificateFailure | undefined {
  const [, verdict] = ALERTS.find(([alert]) => code.startsWith('ERR_SSL') && alert.test(code)) ?? [];
  if (verdict === undefined && !/ALERT_HANDSHAKE_FAILURE/.test(code)) return undefined;
  if (given && verdict !== undefined)
    return {
      what: `refuses the client certificate: ${verdict}`,
      advice: CHECK_CERTIFICATE,
      code: FailureCode.ClientCertificateRefused,
    };
  if (verdict !== undefined)
    return {
      what: 'demands a client certificate',
      advice: SET_CERTIFICATE,
      code: FailureCode.ClientCertificateMissing,
    };
  return {
    what: 'aborts the TLS handshake',
    advice: given ? CHECK_CERTIFICATE : `if it demands a client certificate, ${SET_CERTIFICATE}`,
    code: FailureCode.TlsClosed,
  };
}
