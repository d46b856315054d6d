/** An image or another file that belongs to a message. Without `data` and `url` only its name is known. */
export interface Attachment {
  name: string;
  /** Media type, such as `image/png`. */
  type: string;
  /** In bytes. */
  size: number | null;
  /** Base64. */
  data: string | null;
  /** The address of the file. */
  url: string | null;
}

/** A question in the format of a chat completion's request. */
export interface QuestionMessage {
  role: 'user';
  content: string | RequestPart[];
}

type RequestPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: 'wav' | 'mp3' } }
  | { type: 'file'; file: { filename: string; file_data: string } };

/** Returns a question with its attachments in the format of a request. */
export function questionMessage({
  text,
  attachments,
}: {
  text: string;
  attachments: readonly Attachment[];
}): QuestionMessage {
  const parts = attachments.flatMap(partOf);
  if (parts.length === 0) return { role: 'user', content: text };
  return { role: 'user', content: [...(text === '' ? [] : [{ type: 'text', text } as const]), ...parts] };
}

function partOf({ name, type, data, url }: Attachment): RequestPart[] {
  // Every model reads text, but not every model reads files.
  if (type.startsWith('text/') && data !== null)
    return [{ type: 'text', text: `${name}:\n${Buffer.from(data, 'base64').toString('utf8')}` }];
  const address = data === null ? url : `data:${type};base64,${data}`;
  if (address === null) return [];
  if (type.startsWith('image/')) return [{ type: 'image_url', image_url: { url: address } }];
  const format = type === 'audio/wav' ? 'wav' : type === 'audio/mpeg' ? 'mp3' : undefined;
  if (format !== undefined && data !== null) return [{ type: 'input_audio', input_audio: { data, format } }];
  return data === null ? [] : [{ type: 'file', file: { filename: name, file_data: address } }];
}
