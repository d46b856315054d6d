/** Decodes the `%XX` of a part of a URL. Returns a part with another `%`, such as `100%`, unchanged. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
