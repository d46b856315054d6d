/** How a request failed over its client certificate. */
export interface CertificateFailure {
  /** Completes "https://api.example …". */
  what: string;
  advice: string;
}

export const SET_CERTIFICATE =
  'set client_cert and client_key of the endpoint, or --client-cert and --client-key';

export const CHECK_CERTIFICATE = 'is client_cert the right one?';

/** TLS alerts (RFC 8446, 6.2) of a server that has seen no client certificate, or one that it does not take. */
const ALERTS: readonly [RegExp, string][] = [
  [/CERTIFICATE_REQUIRED/, 'it got none'],
  [/BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE/, 'it does not take it'],
  [/ALERT_UNKNOWN_CA/, 'it does not know the authority that signed it'],
  [/CERTIFICATE_EXPIRED/, 'it has expired'],
  [/CERTIFICATE_REVOKED/, 'it was revoked'],
  [/ALERT_ACCESS_DENIED/, 'it is not allowed in'],
];

/**
 * Reads the code of a TLS error as the server's verdict on the client certificate; undefined where it is none. Before
 * TLS 1.3 a server mostly says no more than that the handshake failed.
 * @param given whether the request has a certificate
 */
export function certificateFailure(code: string, given: boolean): CertificateFailure | undefined {
  const [, verdict] = ALERTS.find(([alert]) => code.startsWith('ERR_SSL') && alert.test(code)) ?? [];
  if (verdict === undefined && !/ALERT_HANDSHAKE_FAILURE/.test(code)) return undefined;
  if (given && verdict !== undefined)
    return { what: `refuses the client certificate: ${verdict}`, advice: CHECK_CERTIFICATE };
  if (verdict !== undefined) return { what: 'demands a client certificate', advice: SET_CERTIFICATE };
  return {
    what: 'breaks the TLS handshake off',
    advice: given ? CHECK_CERTIFICATE : `if it demands a client certificate, ${SET_CERTIFICATE}`,
  };
}
