import { memberOf, parseJson, recordOf, recordsOf, stringOf } from '../../common/json.js';
import { CONTENT_TYPE, sendable } from './headers.js';
import type { Recording } from './recording.js';

/** The answers of a HAR file, and how many requests for an answer have no body of a response. */
export interface HarAnswers {
  recordings: readonly Recording[];
  withoutBody: number;
  /** The program that wrote the file. */
  creator: string;
}

/** Members of the request that only a request for an answer has. */
const QUESTION = ['messages', 'input', 'prompt', 'contents'];
const MAX_MS = 3_600_000;

/**
 * Returns the answers in a HAR file (http://www.softwareishard.com/blog/har-12-spec/), as network panels of browsers save
 * it. The format has no times of pieces, so each answer is one piece at its end. Returns undefined for another value.
 */
export function answersInHar(value: unknown): HarAnswers | undefined {
  const log = memberOf(value, 'log');
  const entries = memberOf(log, 'entries');
  if (!Array.isArray(entries)) return undefined;
  const asked = recordsOf(entries).filter((entry) => requestOf(entry) !== undefined);
  const recordings = asked.flatMap((entry) => recordingOf(entry) ?? []);
  return {
    recordings,
    withoutBody: asked.length - recordings.length,
    creator: stringOf(memberOf(memberOf(log, 'creator'), 'name')),
  };
}

/** Returns what a request for an answer asks for; undefined for another request. */
function requestOf(entry: unknown): { model: string; stream: boolean } | undefined {
  const sent = parseJson(stringOf(memberOf(memberOf(memberOf(entry, 'request'), 'postData'), 'text')));
  const isStream = contentOf(entry).mimeType.startsWith('text/event-stream');
  if (!isStream && !QUESTION.some((name) => memberOf(sent, name) !== undefined)) return undefined;
  return { model: stringOf(memberOf(sent, 'model')), stream: isStream || memberOf(sent, 'stream') === true };
}

function contentOf(entry: unknown): { mimeType: string; bytes: Buffer | undefined } {
  const { mimeType, text, encoding } = recordOf(memberOf(memberOf(entry, 'response'), 'content'));
  const bytes =
    typeof text === 'string' ? Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8') : undefined;
  return { mimeType: stringOf(mimeType), bytes };
}

function recordingOf(entry: unknown): Recording | undefined {
  const request = requestOf(entry);
  const response = recordOf(memberOf(entry, 'response'));
  const { mimeType, bytes } = contentOf(entry);
  const status = Number(response.status);
  if (request === undefined || bytes === undefined || !(status >= 200 && status <= 599)) return undefined;
  const timings = memberOf(entry, 'timings');
  const headersMs = msOf(memberOf(timings, 'wait'));
  const atMs = headersMs + msOf(memberOf(timings, 'receive'));
  const headers = Object.fromEntries(
    recordsOf(response.headers).map(({ name, value }) => [stringOf(name).toLowerCase(), stringOf(value)]),
  );
  const contentType = headers['content-type'] ?? mimeType;
  const isBroken = stringOf(response._error) !== '';
  return {
    ...request,
    status,
    contentType: CONTENT_TYPE.test(contentType) ? contentType : '',
    headers: sendable(headers),
    headersMs,
    parts: [{ atMs, bytes }],
    ending: isBroken ? 'broken' : 'end',
  };
}

/** -1 stands for an unknown time. */
function msOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.min(value, MAX_MS) : 0;
}
