import type { ConnectorException } from '../../../common/errors.js';
import { nativeFormat } from '../events/native-apis.js';
import { type AnswerContext, quote, sentence, unusableError } from './chat-errors.js';
import { BASE_URL_ADVICE } from './status-advice.js';

/** A line of an event stream: a field, a comment or nothing. */
const STREAM_LINE = /^(?:(?:data|event|id|retry)\b.*|:.*|\s*)$/;

/**
 * Returns the error for a body without events. Returns undefined for an empty stream and for bare JSON, which the caller
 * reports.
 * @param beginning the beginning of the body
 */
export function noEventsError(
  beginning: string,
  contentType: string,
  context: AnswerContext,
): ConnectorException | undefined {
  const plainText = beginning
    .split(/\r\n|\r|\n/)
    .filter((line) => !STREAM_LINE.test(line))
    .join(' ');
  const named = /event-stream/i.test(contentType);
  if (named && (plainText === '' || /^[[{]/.test(beginning))) return undefined;
  const native = nativeFormat(undefined, contentType);
  if (native !== undefined) return unusableError(native.message, context);
  const form = named ? 'text' : quote(contentType, context.keys) || 'text';
  const words = plainText === '' ? '' : `: ${quote(plainText, context.keys)}`;
  const what = sentence(`answered with ${form}, not with an event stream${words}`);
  return unusableError(`${what} ${BASE_URL_ADVICE}`, context);
}
