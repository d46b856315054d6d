const OWN_HOST = /^(127(?:\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/i;

/**
 * Whether a Host header names this machine. A hostile web page can make its name resolve to 127.0.0.1 (DNS rebinding).
 * The Host header of its requests shows that: it has the page's name.
 */
export function isOwnHost(host: string | undefined): boolean {
  return OWN_HOST.test(host ?? '');
}
