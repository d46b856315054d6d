import { type ConnectorException, ErrorClass, FailureCode } from '../../common/errors.js';
import { BILLING_ADVICE, LIMIT_ADVICE } from '../../sdk/chat/errors/status-advice.js';

/** The reason why an endpoint does not answer. */
export type Cause =
  | 'not configured'
  | 'refused'
  | 'name'
  | 'certificate'
  | 'client certificate'
  | 'network'
  | 'no http'
  | 'scheme'
  | 'redirect'
  | 'web page'
  | 'gateway'
  | 'key'
  | 'authentication'
  | 'api-version'
  | 'wire format'
  | 'model'
  | 'path'
  | 'region'
  | 'quota'
  | 'rate limit'
  | 'stalled'
  | 'interrupted'
  | 'other';

/** A cause with the advice to the user. */
export type AdvisedCause = readonly [cause: Cause, advice: string];

/** The advice for an endpoint that needs TLS. */
export const BEGIN_HTTPS = 'begin base_url with https:';

const SET_CLIENT_CERTIFICATE: AdvisedCause = [
  'client certificate',
  'set client_cert and client_key: the server closes TLS connections without an answer, so it may require a client certificate',
];

/** The cause for each failure code; undefined for a problem of the daemon's machine. */
const CONNECTION_CAUSES: Readonly<Record<FailureCode, AdvisedCause | undefined>> = {
  [FailureCode.ConnectionRefused]: ['refused', 'start the server there, or correct host and port'],
  [FailureCode.NameNotFound]: ['name', 'correct the host in base_url'],
  [FailureCode.NotHttp]: ['no http', 'correct host and port of base_url: no web server listens there'],
  [FailureCode.TlsRequired]: ['scheme', BEGIN_HTTPS],
  [FailureCode.NoTls]: ['scheme', 'begin base_url with http: if that port does not use TLS'],
  [FailureCode.CertificateExpired]: [
    'certificate',
    "renew the server's certificate, or correct this machine's clock",
  ],
  [FailureCode.CertificateHostMismatch]: [
    'certificate',
    'set base_url to a host name that is in the certificate',
  ],
  [FailureCode.CertificateUntrusted]: [
    'certificate',
    'start the daemon with --ca FILE if the certificate is your own',
  ],
  [FailureCode.ClientCertificateMissing]: SET_CLIENT_CERTIFICATE,
  [FailureCode.ClientCertificateRefused]: [
    'client certificate',
    'set client_cert and client_key to a pair that the server accepts',
  ],
  // With TLS 1.3 the server refuses a certificate after the handshake, and its reason is usually lost with the
  // connection.
  [FailureCode.TlsClosed]: SET_CLIENT_CERTIFICATE,
  [FailureCode.LocalResources]: undefined,
};

/** Finds the cause of a failed connection; undefined when the provider answered. */
export function connectionCause({ hop, errorClass, code }: ConnectorException): AdvisedCause | undefined {
  // The client found a missing or invalid setting before it sent a request.
  if (hop === 'client' && errorClass === ErrorClass.InvalidRequest)
    return ['not configured', 'correct the setting that the message names'];
  const cause = code === undefined ? undefined : CONNECTION_CAUSES[code];
  if (cause !== undefined) return cause;
  return hop === 'network' ? ['network', 'check the network, and host and port of base_url'] : undefined;
}

interface Rule {
  status?: readonly number[];
  words?: RegExp;
  named: AdvisedCause;
}

const QUOTA: AdvisedCause = [
  'quota',
  'add credit or raise the limit at the provider, or set the key of another account',
];

/** Known wordings of providers, the most specific first. */
const RULES: readonly Rule[] = [
  {
    words: /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server/i,
    named: ['scheme', BEGIN_HTTPS],
  },
  {
    status: [502, 503, 504, 520, 521, 522, 523, 524, 525, 526],
    words: / with a web page/,
    named: ['gateway', 'start or check the server behind the gateway: the gateway cannot reach its upstream'],
  },
  {
    words: / with a web page/,
    named: ['web page', 'set base_url to the address of the API, often the same host with /v1 or /api/v1'],
  },
  {
    words:
      /unsupported_country|(country|region|location)[^.]{0,40} not (supported|available)|not available in your (country|region)/i,
    named: [
      'region',
      'send requests through a proxy elsewhere (HTTPS_PROXY for the daemon) or use another provider: this one does not serve your region',
    ],
  },
  { words: /client certificate/, named: SET_CLIENT_CERTIFICATE },
  { words: new RegExp(`${BILLING_ADVICE}|${LIMIT_ADVICE}`.replaceAll('.', '\\.')), named: QUOTA },
  { status: [402], named: QUOTA },
  { status: [429], named: ['rate limit', 'wait, then test again: address and key work'] },
  {
    words: /only supported in v1\/responses|in the responses api, this parameter has moved to 'input'/i,
    named: ['wire format', 'set api: responses'],
  },
  { words: /anthropic-version: header is required/i, named: ['wire format', 'set api: anthropic'] },
  {
    words: /anthropic-version/i,
    named: ['api-version', 'set headers: { anthropic-version: "2023-06-01" }, or remove that header'],
  },
  {
    words: /not a chat model|does not support chat/i,
    named: ['model', 'set model to a chat model, or set api: responses if the provider supports it'],
  },
];

/** Finds the cause in a refusal's status and words; undefined when they do not suffice. */
export function causeInWords({ message, statusCode = 0 }: ConnectorException): AdvisedCause | undefined {
  return RULES.find(
    (rule) =>
      (rule.status === undefined || rule.status.includes(statusCode)) &&
      (rule.words === undefined || rule.words.test(message)),
  )?.named;
}
