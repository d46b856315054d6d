/** Formats milliseconds; empty for a missing value. */
export function msText(ms: number | null | undefined): string {
  if (typeof ms !== 'number') return '';
  if (Math.abs(ms) >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms.toFixed(Math.abs(ms) < 100 ? 1 : 0)} ms`;
}
