/** Numbers from these up are a Unix time, in seconds or in ms: no wait is that long. */
const EPOCH_S = 1e9;
const EPOCH_MS = 1e12;

/**
 * Returns the wait in ms that a text states: seconds, a duration (`1m30s`, `PT90S`, `2 minutes`), an HTTP or ISO 8601
 * date, or a Unix time. Returns undefined for other texts.
 */
export function waitOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  // A header that was sent twice has both values in one list. The first one counts.
  const value = /^\s*\d[\w.]*\s*,/.test(text) ? text.slice(0, text.indexOf(',')) : text;
  const number = decimal(value);
  if (number !== undefined) {
    if (number < EPOCH_S) return number * 1000;
    return Math.max(0, (number < EPOCH_MS ? number * 1000 : number) - nowMs);
  }
  const duration = durationOf(value.trim()) ?? spelledDuration(value.trim());
  if (duration !== undefined) return duration;
  const at = dateOf(value);
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}

/** Reads an HTTP or ISO 8601 date as Unix time in ms. */
export function dateOf(value: string): number | undefined {
  // An HTTP date begins with the name of a day, an ISO 8601 date with the year; `Date.parse` accepts much more.
  const at = /^\s*([A-Z][a-z]{2}|\d{4}-\d{2}-\d{2}T)/.test(value) ? Date.parse(value.trim()) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1000, 1] as const;

/** Reads `120ms`, `2s`, `1m30.5s`, `1h0m0s` and `2d`, in ms. */
function durationOf(text: string): number | undefined {
  const n = String.raw`(\d{1,9}(?:\.\d{1,9})?)`;
  const parts = new RegExp(`^(?:${n}d)?(?:${n}h)?(?:${n}m(?!s))?(?:${n}s)?(?:${n}ms)?$`).exec(text);
  if (text === '' || parts === null) return undefined;
  return UNITS_MS.reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unit, 0);
}

const SPELLED_MS = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000 } as const;

/** Reads `2 seconds` and `PT1M30S`, in ms. */
function spelledDuration(text: string): number | undefined {
  if (/^PT(?=\d)/.test(text)) return durationOf(text.slice(2).toLowerCase());
  const [, count, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?) ?([a-z]+?)s?$/i.exec(text) ?? [];
  const named = Object.entries(SPELLED_MS).find(([name]) => name === unit.toLowerCase());
  return named === undefined ? undefined : Number(count) * named[1];
}

/** Returns a decimal number without sign or exponent. */
export function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}(\.\d{1,9})?\s*$/.test(text) ? Number(text) : undefined;
}
