const OWN_HOST = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

/**
 * Whether a Host header names this machine. A web page's own name can resolve to 127.0.0.1 (DNS rebinding); its
 * requests then have that name.
 */
export function isOwnHost(host: string | undefined): boolean {
  return OWN_HOST.test(host ?? '');
}
