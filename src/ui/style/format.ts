import type { Outcome } from '../../common/chat/outcomes.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import { count as wholeNumber } from '../../state/text/count.js';

/** Stands for a figure that is not known. */
export const UNKNOWN = '–';

/** Formats a duration as text: `0.3 ms`, `312 ms`, `2.1 s`, `4 m 05 s`, `3 h 12 m`. */
export function duration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return seconds(ms);
}

/** Formats two durations with one unit, to save width: `9.1 / 18 ms`, `0.3 / 2.1 s`. */
export function durations(firstMs: number, secondMs: number): string {
  const [unit, size] = secondMs < 999.5 ? ['ms', 1] : ['s', 1000];
  const short = (ms: number): string => {
    const value = ms / size;
    return value < 9.95 ? value.toFixed(1) : String(Math.round(value));
  };
  return `${short(firstMs)} / ${short(secondMs)} ${unit}`;
}

/** Formats a running clock. It starts with `0.0 s`, so that its unit doesn't change soon after. */
export function seconds(ms: number): string {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} m`;
}

/** Formats the time that something took: the clock's last value, or ms below 0.1 s. */
export function taken(ms: number): string {
  return ms < 99.5 ? duration(ms) : seconds(ms);
}

/**
 * Returns the duration of an ended exchange, in ms. A complete answer lasts until its last output (E2E), and any other
 * until its end.
 */
export function tookMs(
  outcome: Outcome,
  { e2eMs, elapsedMs }: Pick<ExchangeMetrics, 'e2eMs' | 'elapsedMs'>,
): number {
  return outcome === 'complete' ? (e2eMs ?? elapsedMs) : elapsedMs;
}

/** Formats an uptime in its largest unit: `12 s`, `3 m`, `5 h`, `2 d`. */
export function uptime(ms: number): string {
  const whole = Math.floor(ms / 1000);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

/** Bytes in decimal units: `812 B`, `12.3 kB`, `4.0 MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 999_950) return `${(count / 1000).toFixed(1)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

/** Formats a count with thousands separators; `~` marks an estimate. */
export function count(value: number, estimated = false): string {
  return `${estimated ? '~' : ''}${wholeNumber(value)}`;
}

/** Formats a rate with at most one decimal: `8.4 tok/s`, `84 tok/s`, `14,785 tok/s`. */
export function tokenRate(perSecond: number, estimated: boolean): string {
  return `${estimated ? '~' : ''}${perSecond < 9.95 ? perSecond.toFixed(1) : wholeNumber(Math.round(perSecond))} tok/s`;
}

/** Formats the time of day of a Unix time in ms: `12:03`. */
export function timeOfDay(atMs: number): string {
  const at = new Date(atMs);
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}

/** Formats a share in whole percent; 0 and 100 only for exactly none and all. */
export function percent(part: number, whole: number): string {
  const rounded = Math.round((100 * part) / whole);
  return `${part < whole && rounded === 100 ? 99 : part > 0 && rounded === 0 ? 1 : rounded} %`;
}
