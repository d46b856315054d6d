/** Returns the first characters of a text, at most `max` UTF-16 units. Never cuts a character in half. */
export function beginningOf(text: string, max: number): string {
  return text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, '');
}
