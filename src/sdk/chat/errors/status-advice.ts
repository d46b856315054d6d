import { ErrorClass } from '../../../common/errors.js';
import { waitInWords } from '../../../common/time/wait-in-words.js';

export const BILLING_ADVICE = 'Check the plan and billing details behind the API key.';
export const LIMIT_ADVICE = 'Wait until the limit renews, or raise it at the provider.';
export const SHORTER_ADVICE = 'Make the conversation shorter.';
const KEY_ADVICE = 'Check the API key.';
const FILTER_ADVICE = "Change the messages: the provider's content filter refused them.";
const CHANGE_ADVICE = 'The request must change before it is sent again.';
export const BASE_URL_ADVICE = 'Is base_url right?';
const MODEL_ADVICE = 'Check the model name.';
const ACCESS_ADVICE = 'Check what the API key is allowed to use.';
const SIGN_IN_ADVICE = 'Set headers to what the gateway demands, or correct base_url';
const REGION_ADVICE = 'Use another provider if this one does not serve your region.';

/** The facts about a refusal that determine the advice. */
export interface Refused {
  statusCode: number;
  errorClass: ErrorClass;
  retryAfterMs: number | undefined;
  /** The redirect's address, without secrets. */
  location: string | undefined;
}

/** Returns advice for a response with this status. */
export function adviceOf({ statusCode, errorClass, retryAfterMs, location }: Refused): string {
  if (statusCode === 401) return KEY_ADVICE;
  if (statusCode === 403 && errorClass === ErrorClass.Permanent) return ACCESS_ADVICE;
  if (statusCode === 404 || statusCode === 410) return 'Check the model name and base_url.';
  if (statusCode === 407) return "Add user name and password to the proxy's address: the proxy demands them.";
  if (statusCode === 402 || (statusCode === 429 && errorClass === ErrorClass.Permanent)) {
    return BILLING_ADVICE;
  }
  if (statusCode === 413) return SHORTER_ADVICE;
  if (statusCode === 451) return REGION_ADVICE;
  if ([405, 415, 426].includes(statusCode)) return BASE_URL_ADVICE;
  if (statusCode === 414) return 'Shorten base_url and query.';
  if (statusCode === 431) return 'Send fewer or shorter headers.';
  if (statusCode === 511) return 'Open any web page in a browser and sign in: the network demands it.';
  const page = loginPage(location);
  if (page !== undefined) return `${SIGN_IN_ADVICE}: it leads to the login page ${page}.`;
  if (statusCode < 400)
    return location === undefined ? BASE_URL_ADVICE : `It points to ${location}: set base_url accordingly.`;
  return adviceByClass(errorClass, retryAfterMs);
}

/** Returns advice for an error of this class. */
export function adviceByClass(errorClass: ErrorClass, retryAfterMs?: number): string {
  if (errorClass === ErrorClass.InvalidRequest) return CHANGE_ADVICE;
  if (retryAfterMs !== undefined && retryAfterMs > 0) return `Try again in ${waitInWords(retryAfterMs)}.`;
  return 'Try again in a moment.';
}

/** Matches refusals of the key that come with another status than 401, or with 200. */
const KEY_REFUSED =
  /\b(incorrect|invalid|wrong|expired|missing|unknown|no) (api|subscription|access|security|auth\w*|bearer)[ _-]?(key|token)\b|\b(api|subscription)[ _-]?key (is |was |has )?(not valid|invalid|incorrect|expired|missing|revoked|disabled|reported as leaked)|\b(access|security|auth\w*|bearer|api) token\b[^.]{0,40}\b(expired|invalid|not valid|revoked|missing)|authorization header is|\blogin fail|\bauth\w* (fail|error)|身份验证失败|令牌(无效|已?过期)|无效的(令牌|密钥|api ?key)/i;
/** Matches errors of a conversation that is too long for the model. */
const TOO_LONG =
  /maximum context length|prompt ?(?:超长|过长)|超(?:出|过).{0,12}上下文|context[ _](window|length|size|limit)|prompt is too long|prompt exceeds|too many (input )?tokens|input is too long|input length|reduce the length|`?inputs`? tokens \+ |request body too large|tokens_limit_reached/i;
/** Matches refusals by a filter for unwanted content. */
const MODERATED =
  /\b(content_filter|content_policy_violation|censorship_blocked|sensitive_words_detected|moderation_blocked|data_?inspection_?failed|ResponsibleAIPolicyViolation)\b|content management policy|\bsafety system\b|content filter(ing)? policy|content polic(y|ies)|flagged (for moderation|as|by)|inappropriate content|content exists risk|considered high risk|\b(input|output) (new_)?sensitive|(敏感|违规|不当)(内容|信息)/i;
const RENEWS = /\bwait\b|try again/i;
/** Matches the messages of servers without such a route. AWS's gateway demands a token for a missing route. */
const NO_ROUTE = /unexpected endpoint|missing authentication token|no route matched/i;

/** Matches refusals of a request without `max_tokens`, which Anthropic's API and gateways to it demand. */
const MAX_TOKENS_MISSING = /\b(missing|required)\b.*\bmax_tokens\b|\bmax_tokens\b.*\b(missing|required)\b/i;

/** Matches refusals of the model with another status than 404. At most its name may be between "model" and the verdict. */
const NO_MODEL =
  /\b(model_?not_?(found|supported|exist|available)|invalid_model)\b|\binference profile\b|\bmodel\b(?! (parameter|field)\b):?( \S+)?( is| was| has been)? (not found|does not exist|not exist|not supported|not a valid|deprecated|decommissioned)\b|\b(invalid|unknown|unsupported|no such) model\b(?! (parameter|field|input))|not a valid model|model identifier is invalid|模型不存在|无可用渠道/i;
/** Matches refusals of models that the key may not use, with status 401. */
const NO_ACCESS = /not allowed to access|do(?:es)? not have access to|key_model_access_denied/i;
/** Matches refusals of models that answer only in the format of Responses. */
const ONLY_RESPONSES =
  /\b(?:only|(?<!(?:not|n['’]t|cannot) )use|requires?)\b[^.]{0,40}(?:\bv1\/responses|\bresponses (?:api|endpoint))\b/i;
/** Matches refusals of models that answer only in one piece, or stream only for verified accounts. */
const NO_STREAM =
  /'stream' does not support true|verified to stream|\bstream(?:ing)? (?:is |mode is )?not (?:supported|allowed|available)|does(?: not|n't) support stream/i;
/** Matches refusals of models that only stream. */
const ONLY_STREAM = /not support non-?stream|only supports? stream|for non-?streaming calls/i;
/** Matches refusals of tools by models without them. */
const NO_TOOLS = /not support (?:tools?|function|tool)\b/i;
/** Matches failures of servers whose memory is too small for the model. */
const NO_MEMORY = /requires more (?:system |gpu )?memory|\bout of memory\b|insufficient memory/i;
/** Matches refusals because of the country or region that the request comes from. */
const REGION =
  /unsupported_country|\b(country|region|territory|location) (is )?not supported|not (available|supported) in your (country|region|location)/i;

/** Whether an error's message says that the key is wrong. */
export function isKeyRefused(message: string): boolean {
  return KEY_REFUSED.test(message);
}

/** Whether an error, by its code or message, says that a filter for unwanted content refused the request. */
export function isModerated(kind: string, message: string): boolean {
  return MODERATED.test(kind) || MODERATED.test(message);
}

/** Whether an error's message says that the conversation is too long. */
export function isTooLong(message: string): boolean {
  return TOO_LONG.test(message) && !RENEWS.test(message);
}

/** Statuses with which content filters refuse a request. */
export const FILTERED: readonly number[] = [400, 403, 422, 451, 500];

/** Returns advice when an error's message shows a common cause. @param kind the error's own `type` and `code` */
export function causeAdvice(message: string, statusCode = 400, kind = ''): string | undefined {
  if (NO_ROUTE.test(message)) return BASE_URL_ADVICE;
  if (REGION.test(message) || REGION.test(kind)) return REGION_ADVICE;
  if (isTooLong(message)) return SHORTER_ADVICE;
  if (NO_MEMORY.test(message)) return 'Use a smaller model, or free memory on the server.';
  if (FILTERED.includes(statusCode) && isModerated(kind, message)) return FILTER_ADVICE;
  if (ONLY_RESPONSES.test(message)) return 'Set api: responses.';
  if (statusCode === 401 && (NO_ACCESS.test(message) || NO_ACCESS.test(kind))) return ACCESS_ADVICE;
  if ([400, 401, 403, 422, 503].includes(statusCode) && (NO_MODEL.test(message) || NO_MODEL.test(kind)))
    return MODEL_ADVICE;
  if (statusCode === 403 && isKeyRefused(message)) return KEY_ADVICE;
  if (statusCode !== 400 && statusCode !== 422) return undefined;
  if (NO_STREAM.test(message)) return 'Set stream: false.';
  if (ONLY_STREAM.test(message)) return 'Set stream: true.';
  if (NO_TOOLS.test(message)) return 'Use a model that supports tools, or send none.';
  if (isKeyRefused(message)) return KEY_ADVICE;
  return MAX_TOKENS_MISSING.test(message) ? 'Set max_tokens.' : undefined;
}

/** Returns the meaning of one of Cloudflare's own error codes, which come as text: `error code: 1020`. */
export function cloudflareMeaning(text: string): { meaning: string; advice?: string } | undefined {
  const code = /^error code: (\d{3,4})$/i.exec(text)?.[1];
  if (code === undefined) return undefined;
  if (/^10(05|06|07|08|09|10|12|20)$/.test(code))
    return {
      meaning: ' (the firewall of Cloudflare blocks this program)',
      advice: 'Ask the provider to let API clients through.',
    };
  if (code === '1015') return { meaning: ' (too many requests for Cloudflare)' };
  if (/^10(00|01|02|16|33)$/.test(code))
    return { meaning: ' (Cloudflare cannot reach the server behind it)' };
  const meaning = meaningOf(Number(code));
  return meaning === '' ? undefined : { meaning };
}

/** Statuses below 500 whose meaning is the same when they come with a proxy's web page. */
const MEANT_BY_PROXIES: readonly number[] = [401, 407, 408, 413, 414, 429, 431];

/** The origin of relative addresses. */
const SAME_HOST = 'http://same-host';
/** Match hosts and paths of login pages. */
const LOGIN_HOST = /^(?:auth|login|sso|idp|accounts?)\.|cloudflareaccess\.com$/i;
const LOGIN_PATH = /\/(?:log-?in|sign-?in|sso|saml2?|oauth2?|authorize)(?:\/|$)/i;

/** Matches the end of an API's path. */
const ROUTE = /\/(?:completions|responses|messages)$/;

/** Returns the login page that a redirect points to, without its query; undefined for another redirect. */
function loginPage(location: string | undefined): string | undefined {
  const url = location === undefined ? null : URL.parse(location, SAME_HOST);
  if (url === null || ROUTE.test(url.pathname)) return undefined;
  if (!LOGIN_HOST.test(url.host) && !LOGIN_PATH.test(url.pathname)) return undefined;
  return url.origin === SAME_HOST ? url.pathname : `${url.origin}${url.pathname}`;
}

/** Web pages whose title says more than their status. */
const TITLES: readonly [RegExp, string][] = [
  [/requested URL could not be retrieved/i, 'Check the proxy: it may not pass the request on, or it cannot.'],
  [/^ngrok$/i, 'Start the tunnel again, or correct base_url: ngrok has no such endpoint.'],
  [
    /\b(?:sign|log)(?:ging)?[- ]?in\b|single sign-on|\bSSO\b/i,
    `${SIGN_IN_ADVICE}: it leads to a login page.`,
  ],
  [
    /zscaler|fortigu?ard|fortigate|netskope|forcepoint|websense|cisco umbrella|web ?filter|(?:page|site|website|url|content) (?:is |has been |was )?blocked/i,
    "Ask your network's administrator to allow the address: a filter of the network blocks it.",
  ],
  [/header or cookie too large/i, 'Send fewer or shorter headers.'],
  [/plain HTTP request was sent to HTTPS port/i, 'Begin base_url with https:.'],
  [/SSL certificate error/i, 'The server does not accept the client certificate: check client_cert.'],
  [
    /SSL certificate was sent|client certificate/i,
    'The server demands a client certificate: set client_cert and client_key.',
  ],
  [
    /request could not be satisfied|just a moment|attention required|access denied|request blocked|are you a robot|captcha|security check/i,
    'Ask the provider to let API clients through: its firewall blocks this program or its region.',
  ],
];

/** Returns advice for a web page instead of an answer. */
export function pageAdvice(title: string, refused: Refused): string {
  const byTitle = adviceByTitle(title);
  if (byTitle !== undefined) return byTitle;
  const { statusCode, location } = refused;
  const meant = statusCode >= 500 || MEANT_BY_PROXIES.includes(statusCode) || location !== undefined;
  return meant ? adviceOf(refused) : BASE_URL_ADVICE;
}

/** Returns advice for a web page whose title says what is wrong. */
export function adviceByTitle(title: string): string | undefined {
  return TITLES.find(([words]) => words.test(title))?.[1];
}

/** The meaning of a status from a proxy, whose page explains little. */
const MEANINGS: Readonly<Record<number, string>> = {
  408: 'the request took too long to arrive',
  413: 'the request is too large for it',
  414: 'the address is too long for it',
  429: 'too many requests',
  431: 'the headers are too large for it',
  502: 'the server behind the proxy gave no usable answer',
  503: 'the service is unavailable',
  504: 'the server behind the proxy took too long',
  511: 'the network demands a login',
  520: 'the server behind Cloudflare gave no usable answer',
  521: 'the server behind Cloudflare refuses connections',
  522: 'Cloudflare got no connection to the server behind it',
  523: 'Cloudflare cannot reach the server behind it',
  524: 'the server behind Cloudflare took too long',
  525: 'no TLS connection between Cloudflare and the server behind it',
  526: 'the certificate of the server behind Cloudflare is not valid',
};

/** Returns the status's meaning in brackets, for answers with a web page or without a body. */
export function meaningOf(statusCode: number): string {
  const meaning = MEANINGS[statusCode];
  return meaning === undefined ? '' : ` (${meaning})`;
}
