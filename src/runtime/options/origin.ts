/** Parses an origin, e.g. `https://api.example.com`. Returns undefined for a URL with a path, and for other text. */
export function originNamed(text: string): string | undefined {
  const url = URL.parse(text);
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  return web && url.pathname === '/' && url.search === '' ? url.origin : undefined;
}
