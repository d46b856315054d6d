import type { Attachment } from '../../common/chat/attachments.js';

/** Media types by file extension. */
const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
};

/** Returns the media type for a file name's extension. */
export function typeOfName(name: string): string {
  const end = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return TYPES[end] ?? 'application/octet-stream';
}

/** Returns a name for a file without one, from its media type. */
function nameOfType(type: string): string {
  const end = Object.keys(TYPES).find((one) => TYPES[one] === type);
  const kind = type.split('/', 1)[0] ?? '';
  return `${['image', 'audio'].includes(kind) ? kind : 'file'}${end === undefined ? '' : `.${end}`}`;
}

/** Returns an attachment with its content. @param data Base64 */
export function fileWith(data: string, type: string, name = nameOfType(type)): Attachment {
  const clean = data.replace(/[^A-Za-z0-9+/=]/g, '');
  return { name, type, size: Buffer.byteLength(clean, 'base64'), data: clean, url: null };
}

/** Returns an attachment with an address. A `data:` URL contains the content itself. */
export function fileAt(url: string, name?: string, type?: string): Attachment {
  const data = /^data:([^;,]*)(?:;[^,]*)?;base64,/i.exec(url);
  if (data !== null)
    return fileWith(url.slice(data[0].length), data[1] || type || 'application/octet-stream', name);
  const last = name ?? url.split(/[?#]/, 1)[0]?.split('/').at(-1) ?? '';
  const known = type ?? typeOfName(last);
  return { name: last === '' ? nameOfType(known) : last, type: known, size: null, data: null, url };
}

/** Returns an attachment without content and address. */
export function fileNamed(name: string, type = typeOfName(name), size: number | null = null): Attachment {
  return { name, type, size, data: null, url: null };
}
