import { isRecord, type JsonRecord, recordOf, stringOf } from '../../../common/json.js';
import { errorMessageIn } from './error-message.js';

/** A provider's error, read from any of the usual formats. */
export interface ReportedError {
  /** The full message. */
  message: string;
  /** The error's `type` and `code`, if they are strings. */
  kind: string;
  /** The error's `code` or `status`, if it is an HTTP status. */
  statusCode?: number;
}

/** Returns the error in a stream's event (or in a JSON answer), or undefined. */
export function errorEventOf(event: unknown, name?: string, text = ''): ReportedError | undefined {
  if (name === 'error' || name === 'exception') return reportedErrorOf(event) ?? { message: text, kind: '' };
  const root = Array.isArray(event) ? event[0] : event;
  if (!isRecord(root)) return undefined;
  // OpenAI's Responses API. `response.incomplete` is not a failure.
  const response = root.object === 'response' ? root : recordOf(root.response);
  if (root.type === 'response.failed' || response.status === 'failed')
    return reportedErrorOf(response) ?? { message: 'the response failed, without a reason', kind: '' };
  const found = errorObjectIn(root);
  return found === undefined ? undefined : reportedErrorOf(found);
}

/** Returns the object with the error in an answer with status 200: a member, or the whole answer. */
function errorObjectIn(root: JsonRecord): JsonRecord | undefined {
  const { error, x_groq: groq, base_resp: base, header, choices, type, object, code } = root;
  if (isRecord(groq) && stringOf(groq.error) !== '') return groq;
  const isError =
    (isRecord(error) && (choices === undefined || isFilled(error))) ||
    stringOf(error) !== '' ||
    (typeof error === 'number' && isFailure(error)) ||
    (Array.isArray(error) && error.length > 0);
  if (isError || object === 'error' || hasErrorCode(root)) return root;
  // MiniMax sends `base_resp` with success, too: then status_code is 0.
  if (isRecord(base) && Number(base.status_code) !== 0) return base;
  // iFlytek's Spark sends `header` with success, too: then its code is 0.
  if (isRecord(header) && isFailureCode(header.code)) return header;
  // Cohere's own API reports a failure in its last event.
  const { error: last } = recordOf(choices === undefined ? root.delta : undefined);
  if (stringOf(last) !== '') return { error: last };
  const wrapped = recordOf(root.Response).Error;
  if (isRecord(wrapped)) return wrapped;
  const [choice] = Array.isArray(choices) ? choices : [];
  if (isRecord(choice)) {
    const inner = choice.error ?? recordOf(choice.delta).error;
    return isRecord(inner) || stringOf(inner) !== '' ? { error: inner } : undefined;
  }
  // In an object with an answer, the members checked below often have another meaning.
  if (hasAnswer(root)) return undefined;
  // Bedrock's events, as gateways pass them on: `{throttlingException: {message}}`.
  const [exception] = Object.entries(root).filter(([name]) => name.endsWith('Exception'));
  if (exception !== undefined) return { error: { type: exception[0], ...recordOf(exception[1]) } };
  if (type === 'error' && typeof code === 'string' && errorMessageIn(root) === '') return { error: code };
  if (errorMessageIn(root) === '') return undefined;
  const failed =
    type === 'error' ||
    root.event === 'error' ||
    error === true ||
    root.success === false ||
    root.errorMessage !== undefined;
  return failed || [code, root.status, root.status_code, root.error_code].some(isSurelyFailure)
    ? root
    : undefined;
}

/** Whether an error object has any content. Gateways written in Go send an empty one with each chunk. */
function isFilled(error: JsonRecord): boolean {
  return Object.values(error).some((value) => value !== '' && value !== null && value !== 0);
}

function hasAnswer({ choices, output, content, delta, response, usage }: JsonRecord): boolean {
  return [choices, output, content, delta, response, usage].some(
    (value) => isRecord(value) || (Array.isArray(value) && value.length > 0),
  );
}

/** Matches codes without a failure: success (0, 200 and words), and the steps of an answer that is still to come. */
const NO_FAILURE =
  /^(0+|20\d|20000|ok|success|succeeded|completed?|done|finished|incomplete|in_progress|queued|pending|started|running|processing|loading|waiting|thinking|searching|generating|streaming|)$/i;

/** Matches words that certainly mean failure. */
const FAILURE =
  /error|fail|exception|invalid|denied|forbidden|unauthor|exceed|expired|insufficient|quota|unavailable|overload|timed?[-_ ]?out|abort|reject|refus|throttl|violat|unsupported|not[-_ ]?found|rate[-_ ]?limit/i;

/**
 * Whether a code certainly means failure. With other codes, a gateway may also report its own work before the answer.
 */
function isSurelyFailure(code: unknown): boolean {
  if (!isFailureCode(code)) return false;
  const number = Number(code);
  return Number.isNaN(number) ? FAILURE.test(String(code)) : number < 0 || number >= 400;
}

/** Whether a code may mean failure. */
export function isFailureCode(code: unknown): boolean {
  if (typeof code !== 'number' && typeof code !== 'string') return false;
  return !NO_FAILURE.test(String(code));
}

/** Whether the object is FastChat's error `{text, error_code}`, whose text is the message. */
function hasErrorCode({ choices, error_code: code }: JsonRecord): boolean {
  return choices === undefined && typeof code === 'number' && code !== 0;
}

/**
 * Reads an error object: OpenAI's `{error:{message,type,code}}`, `{error:"…"}` (Ollama),
 * `{object:"error",message}` (vLLM), `[{error:…}]` (Gemini), `{detail}` (FastAPI), `{message}` (gateways). The
 * message is the result of {@link errorMessageIn}.
 */
export function reportedErrorOf(body: unknown): ReportedError | undefined {
  const root = Array.isArray(body) ? body[0] : body;
  if (!isRecord(root)) return undefined;
  const { error } = root;
  const source = isRecord(error) ? error : root;
  const message = errorMessageIn(body) || (hasErrorCode(root) ? stringOf(root.text) : '') || numberIn(error);
  if (message === '' && source === root) return undefined;
  const statusCode = [source.code, source.status, root.code, error].map(Number).find(isFailure);
  return {
    message: message === '' ? JSON.stringify(source) : message,
    kind: [source.type, source.code, source.Code].map(stringOf).join(' ').trim(),
    ...(statusCode !== undefined && { statusCode }),
  };
}

function numberIn(error: unknown): string {
  return typeof error === 'number' ? `error ${error}` : '';
}

function isFailure(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599;
}
