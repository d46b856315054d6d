import { shownHeaders } from '../../common/http/headers.js';
import { keyForms } from '../../common/text/key-forms.js';
import type { Recording } from './recording.js';

const ASTERISK = 0x2a;

/**
 * Returns the recording with these keys replaced by asterisks, in case a provider repeated one. Pieces keep their
 * length, and headers are redacted as on the screen.
 */
export function withoutKeys(recording: Recording, keys: readonly string[]): Recording {
  const whole = Buffer.concat(recording.parts.map(({ bytes }) => bytes));
  for (const form of keyForms(keys)) {
    const wanted = Buffer.from(form);
    for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + wanted.length)) {
      whole.fill(ASTERISK, at, at + wanted.length);
    }
  }
  let from = 0;
  const parts = recording.parts.map(({ atMs, bytes }) => {
    const part = whole.subarray(from, from + bytes.length);
    from += bytes.length;
    return { atMs, bytes: part };
  });
  const { headers } = recording;
  return { ...recording, ...(headers !== undefined && { headers: shownHeaders(headers, keys) }), parts };
}
