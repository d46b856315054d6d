import type { WireFormat } from '../../../common/chat/wire-formats.js';
import { ConnectorException, ErrorClass } from '../../../common/errors.js';
import { parseJson } from '../../../common/json.js';
import { beginningOf } from '../../../common/text/beginning.js';
import { hideKeys } from '../../../common/text/key-forms.js';
import { KEY_LEFT_HEADER, NOT_RETRIED_HEADER } from '../../../protocol/constants.js';
import { type RefusalBody, readRefusal } from '../../../protocol/refusal-body.js';
import { retryAfterOf } from '../../../protocol/retry-after.js';
import { nativeRoute } from '../events/native-apis.js';
import { classByText, classOf } from './error-class.js';
import { errorMessageIn, isWebPage, webPageTitle } from './error-message.js';
import { withoutFraming } from './framed-body.js';
import { refusedMembers, withoutEchoes } from './refused-members.js';
import { type ReportedError, reportedErrorOf } from './reported-error.js';
import {
  adviceByClass,
  adviceByTitle,
  adviceOf,
  BASE_URL_ADVICE,
  BILLING_ADVICE,
  causeAdvice,
  cloudflareMeaning,
  LIMIT_ADVICE,
  meaningOf,
  pageAdvice,
  SHORTER_ADVICE,
} from './status-advice.js';

/** Settings for reading an answer, and facts for its error messages. */
export interface AnswerContext {
  /** The wire format of the answer. Default: chat-completions. */
  format?: WireFormat;
  /** Id of the request, for errors. Default: 0. */
  requestId?: number;
  /** The server's name in error messages, e.g. `api.openai.com`. Default: 'the provider'. */
  source?: string;
  /** The path of the request's address. It shows when the address belongs to another API. */
  path?: string;
  /** Keys to remove from error messages: some providers quote the key that they refuse. */
  keys?: readonly string[];
  /** Whether `<think>…</think>` at the beginning of the text is reasoning. Default: true. */
  thinkingTags?: boolean;
  /** The request members that the user set, each with the settings that change it. */
  settings?: ReadonlyMap<string, string>;
}

/** The head of an HTTP answer. */
export interface AnswerHead {
  statusCode: number;
  /** The Content-Type header; empty when there is none. */
  contentType: string;
  /** Headers with names in lower case. Only Retry-After, Location and the daemon's own headers are used. */
  headers?: Readonly<Record<string, string>>;
}

/** The most characters of a server's text that an error message quotes. */
const QUOTE_LIMIT = 300;

/** Returns the error for an answer with a status other than 2xx. */
export function statusError(head: AnswerHead, sent: string, context: AnswerContext): ConnectorException {
  const { statusCode, headers = {} } = head;
  const body = withoutFraming(sent);
  const parsed = parseJson(body);
  const reported = reportedErrorOf(parsed);
  const page = reported === undefined && (/\bhtml\b/i.test(head.contentType) || isWebPage(body));
  const refusal = readRefusal(withoutEchoes(body, parsed), Date.now());
  const retryAfterMs = retryAfterOf(headers, Date.now()) ?? refusal.retryAfterMs;
  const final = statusCode >= 400 && statusCode < 500 ? finalOf(refusal, retryAfterMs) : undefined;
  const words = page ? '' : (reported?.message ?? wordsOfBody(body, parsed));
  const { keys } = context;
  const quoted = quote(words, keys);
  const errorClass = final?.errorClass ?? classOf(statusCode, reported?.kind ?? '', words, retryAfterMs);
  const blocked = cloudflareMeaning(quoted);
  const meaning = blocked?.meaning ?? (quoted === '' ? meaningOf(statusCode) : '');
  const what = `answered ${statusCode}${meaning}${page ? webPage(body, keys) : ''}${quoted === '' ? '' : `: ${quoted}`}`;
  const location = headers.location === undefined ? undefined : quote(headers.location, keys);
  const refused = { statusCode, errorClass, retryAfterMs, location };
  const advice =
    final?.advice ??
    (page
      ? pageAdvice(webPageTitle(body), refused)
      : (blocked?.advice ??
        keyLeftAdvice(head) ??
        settingAdvice(head, body, context) ??
        routeAdvice(head, context) ??
        causeAdvice(words, statusCode, reported?.kind) ??
        adviceOf(refused)));
  // Many providers already say when to try again.
  const hasAdvice = /try again in \d/i.test(quoted) && advice.startsWith('Try again');
  const notRetried = headers[NOT_RETRIED_HEADER] === undefined ? '' : ` ${NOT_RETRIED}`;
  const message = `${sentence(`${whereOf(context)} ${what}`)}${notRetried}`;
  return providerError(hasAdvice ? message : `${message} ${advice}`, errorClass, context, {
    statusCode,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

const FINAL = {
  unpaid: { errorClass: ErrorClass.Permanent, advice: BILLING_ADVICE },
  'used up': { errorClass: ErrorClass.Permanent, advice: LIMIT_ADVICE },
  'too large': { errorClass: ErrorClass.InvalidRequest, advice: SHORTER_ADVICE },
} as const;

/** Returns the class and the advice for a refusal that a retry would get again; undefined for other refusals. */
function finalOf(
  { final }: RefusalBody,
  retryAfterMs: number | undefined,
): { errorClass: ErrorClass; advice: string } | undefined {
  return final === undefined || (final === 'used up' && retryAfterMs !== undefined)
    ? undefined
    : FINAL[final];
}

/** Returns the error for an error object in a stream that began with status 2xx. */
export function streamError(reported: ReportedError, context: AnswerContext): ConnectorException {
  const { message, kind, statusCode } = reported;
  const refusal = readRefusal(`${message} ${kind}`, Date.now());
  const { retryAfterMs } = refusal;
  const final = finalOf(refusal, retryAfterMs);
  const errorClass =
    final?.errorClass ??
    (statusCode === undefined
      ? classByText(kind, message)
      : classOf(statusCode, kind, message, retryAfterMs));
  const quoted = quote(message, context.keys);
  const advice =
    final?.advice ??
    causeAdvice(message, 400, kind) ??
    nativeRoute(context.path) ??
    (statusCode !== undefined && statusCode < 500
      ? adviceOf({ statusCode, errorClass, retryAfterMs, location: undefined })
      : errorClass === ErrorClass.Permanent
        ? 'Check the API key and what it is allowed to use.'
        : adviceByClass(errorClass, retryAfterMs));
  const what = sentence(`${whereOf(context)} reported an error in its answer: ${quoted}`);
  const hasAdvice = /try again/i.test(quoted) && advice.startsWith('Try again');
  return providerError(hasAdvice ? what : `${what} ${advice}`, errorClass, context, {
    ...(statusCode !== undefined && { statusCode }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** Returns the error for a web page instead of an answer. */
export function webPageError(page: string, context: AnswerContext): ConnectorException {
  const what = sentence(`${whereOf(context)} answered${webPage(page, context.keys)}`);
  const advice = adviceByTitle(webPageTitle(page)) ?? BASE_URL_ADVICE;
  return providerError(`${what} ${advice}`, ErrorClass.Permanent, context);
}

/** Returns the error for an unusable answer. `what` continues the sentence "The provider …". */
export function unusableError(
  what: string,
  context: AnswerContext,
  errorClass = ErrorClass.Permanent,
): ConnectorException {
  return providerError(`${whereOf(context)} ${what}`, errorClass, context);
}

/** Returns a server's text on one line, shortened, without control characters and keys. */
export function quote(text: string, keys: readonly string[] = []): string {
  // Redact before cutting: a key that is cut in half would not be recognised.
  const line = hideKeys(text, keys)
    .slice(0, 4 * QUOTE_LIMIT)
    .replace(/\u001b\[[\d;]*m/g, '')
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return line.length > QUOTE_LIMIT ? `${beginningOf(line, QUOTE_LIMIT)}…` : line;
}

/** Returns the message of an error body without an error object. Empty for empty JSON, e.g. `{}`. */
function wordsOfBody(body: string, parsed: unknown): string {
  if (parsed === undefined) return errorMessageIn(body);
  return /[^\s[\]{}"]/.test(body) && parsed !== null ? errorMessageIn(parsed) || body : '';
}

/** Returns which setting to change when the provider refuses a request member that the user set. */
function settingAdvice(
  { statusCode }: AnswerHead,
  body: string,
  { settings }: AnswerContext,
): string | undefined {
  if (settings === undefined || (statusCode !== 400 && statusCode !== 422)) return undefined;
  const [name] = refusedMembers(body, [...settings.keys()]);
  return name === undefined ? undefined : `Change or remove ${name}: ${settings.get(name)}.`;
}

/** Returns advice when the address of another API refuses the request. */
function routeAdvice({ statusCode }: AnswerHead, { path }: AnswerContext): string | undefined {
  return [400, 404, 405, 415, 422].includes(statusCode) ? nativeRoute(path) : undefined;
}

/** Returns advice when the daemon followed a redirect without the key, which may have caused the refusal. */
function keyLeftAdvice({ statusCode, headers = {} }: AnswerHead): string | undefined {
  const origin = headers[KEY_LEFT_HEADER];
  if (origin === undefined || (statusCode !== 401 && statusCode !== 403)) return undefined;
  return `If you trust ${origin}, set base_url to it: the daemon followed a redirect there without the key.`;
}

const NOT_RETRIED = 'The daemon stopped retrying: its retry budget is used up (docs/protocol.md).';

function webPage(body: string, keys?: readonly string[]): string {
  const title = quote(webPageTitle(body), keys);
  return ` with a web page${title === '' ? '' : ` ("${title}")`}`;
}

function whereOf({ source }: AnswerContext): string {
  return source ?? 'The provider';
}

/** Adds a full stop to a text that does not end with a punctuation mark. */
export function sentence(text: string): string {
  return /[.!?…。！？]$/.test(text) ? text : `${text}.`;
}

function providerError(
  message: string,
  errorClass: ErrorClass,
  context: AnswerContext,
  details: { statusCode?: number; retryAfterMs?: number } = {},
): ConnectorException {
  const { keys = [], requestId } = context;
  return new ConnectorException(hideKeys(message, keys), errorClass, requestId, {
    hop: 'provider',
    ...details,
  });
}
