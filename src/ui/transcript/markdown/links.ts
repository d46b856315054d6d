/** The target of a link. */
export interface Destination {
  /** The host in its DNS form; the whole address if it has no host. */
  readonly host: string;
  /** The address with its host in DNS form. */
  readonly full: string;
  /** The address consists of the host only. */
  readonly isHostAlone: boolean;
  /** The URL for the terminal (OSC 8); undefined when the terminal should not open it. */
  readonly clickable: string | undefined;
}

/** Protocols that a terminal may pass to other programs. */
const SAFE = new Set(['http:', 'https:', 'mailto:']);
/** Terminals do not accept longer URLs. */
const LONGEST = 2000;
/** The cache's size; a streaming text is rendered many times. */
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

/** Whether a link's text begins with its true host. The rest of the text isn't checked. */
export function showsHost(text: string, href: string): boolean {
  if (showsTarget(text, href) && !/^https?:/i.test(href)) return true;
  return /^(?:https?:\/\/)?([^/?#\s]*)/i.exec(text)?.[1]?.toLowerCase() === destinationOf(href).host;
}

/** Whether a link's text is its full address. */
export function showsTarget(text: string, href: string): boolean {
  return href === text || href === `mailto:${text}` || href === `http://${text}`;
}
