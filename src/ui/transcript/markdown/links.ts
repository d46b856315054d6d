/** Protocols that a terminal may hand to other programs. */
const SAFE = new Set(['http:', 'https:', 'mailto:']);
/** Terminals take no longer ones. */
const LONGEST = 2000;

/** The address in the form that a terminal opens (OSC 8); undefined where none should. */
export function clickable(href: string): string | undefined {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || !SAFE.has(url.protocol) || url.href.length > LONGEST) return undefined;
  return /^[!-~]+$/.test(url.href) ? url.href : undefined;
}

/** The host of an address in the form that names are looked up by; other addresses as they are. */
export function hostOf(href: string): string {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  return url === undefined || url.host === '' ? href : url.host;
}

/** An address in full, with its host as it is looked up. */
export function targetOf(href: string): string {
  const host = hostOf(href);
  return href.toLowerCase().includes(host.toLowerCase()) ? href : new URL(href).href;
}

/** Whether a link's text begins with its true host. Beyond that, an address may say what it likes. */
export function tellsHost(text: string, href: string): boolean {
  if (tellsTarget(text, href) && !/^https?:/i.test(href)) return true;
  return /^(?:https?:\/\/)?([^/?#\s]*)/i.exec(text)?.[1]?.toLowerCase() === hostOf(href);
}

/** Whether a link's text is all of its address. */
export function tellsTarget(text: string, href: string): boolean {
  return href === text || href === `mailto:${text}` || href === `http://${text}`;
}

/** Whether a host is all that there is to know of an address. */
export function isHostAlone(href: string): boolean {
  return href === hostOf(href) || /^https:\/\/[\w.-]+\/?$/.test(href);
}
