/**
 * How long the server asked to wait, in ms: `retry-after-ms`, else `Retry-After` in seconds or as a date
 * (RFC 9110, section 10.2.3). Undefined where it did not ask, or asked in no known form.
 * @param headers names in lower case
 * @param nowMs Unix time, for dates
 */
export function retryAfterOf(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const ms = decimal(headers['retry-after-ms']);
  if (ms !== undefined) return ms;
  const value = headers['retry-after'];
  const seconds = decimal(value);
  if (seconds !== undefined) return seconds * 1000;
  // Every form of an HTTP date begins with a day's name; `Date.parse` takes much more.
  const at = /^[A-Z][a-z]{2}/.test(value ?? '') ? Date.parse(value ?? '') : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,12}(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
