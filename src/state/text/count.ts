/** Formats a whole number with thousands separators: `1,024`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
