/** Parses an origin, e.g. `https://api.example.com`; undefined for an address with a path, or no address. */
export function originNamed(text: string): string | undefined {
  const url = URL.parse(text);
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  return web && url.pathname === '/' && url.search === '' ? url.origin : undefined;
}
