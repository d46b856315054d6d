/** Where a link leads. */
export interface Destination {
  /** The host, in the form that names are looked up by; of other addresses all of it. */
  readonly host: string;
  /** The address, with its host as it is looked up. */
  readonly full: string;
  /** There is nothing to know of it but the host. */
  readonly isHostAlone: boolean;
  /** In the form that a terminal opens (OSC 8); undefined where none should. */
  readonly clickable: string | undefined;
}

/** Protocols that a terminal may hand to other programs. */
const SAFE = new Set(['http:', 'https:', 'mailto:']);
/** Terminals take no longer ones. */
const LONGEST = 2000;
/** A text that streams in is rendered again and again. */
const MAX_REMEMBERED = 64;

const remembered = new Map<string, Destination>();

export function destinationOf(href: string): Destination {
  const known = remembered.get(href);
  if (known !== undefined) return known;
  if (remembered.size === MAX_REMEMBERED) remembered.clear();
  const destination = read(href);
  remembered.set(href, destination);
  return destination;
}

function read(href: string): Destination {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined) return { host: href, full: href, isHostAlone: true, clickable: undefined };
  const host = url.host === '' ? href : url.host;
  const opens = SAFE.has(url.protocol) && url.href.length <= LONGEST && /^[!-~]+$/.test(url.href);
  return {
    host,
    full: href.toLowerCase().includes(host.toLowerCase()) ? href : url.href,
    isHostAlone: host === href || /^https:\/\/[\w.-]+\/?$/.test(href),
    clickable: opens ? url.href : undefined,
  };
}

/** Whether a link's text begins with its true host. Beyond that, an address may say what it likes. */
export function tellsHost(text: string, href: string): boolean {
  if (tellsTarget(text, href) && !/^https?:/i.test(href)) return true;
  return /^(?:https?:\/\/)?([^/?#\s]*)/i.exec(text)?.[1]?.toLowerCase() === destinationOf(href).host;
}

/** Whether a link's text is all of its address. */
export function tellsTarget(text: string, href: string): boolean {
  return href === text || href === `mailto:${text}` || href === `http://${text}`;
}
