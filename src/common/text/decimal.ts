/** Parses digits with at most one decimal point. Returns NaN for other text: hexadecimal and exponents are usually mistakes. */
export function parseDecimal(text: string): number {
  return /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN;
}
