import { HEADER_VALUE } from '../../common/http/header-syntax.js';

/** Matches the name of a header, in lower case. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Matches a content type that can be sent. */
export const CONTENT_TYPE = /^[\x20-\x7e]*$/;

/** Returns the headers that can be sent, without the content type, which a recording has separately. */
export function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const valid = Object.entries(headers).filter(
    ([name, value]) => name !== 'content-type' && HEADER_NAME.test(name) && HEADER_VALUE.test(value),
  );
  return Object.fromEntries(valid);
}
