import { isRecord } from '../../common/json.js';
import type { ChatMessage, ContentPart } from '../../connector/messages.js';
import { onlyOf } from './members.js';
import { contentFrom } from './messages.js';

/** Names of members that hold a prompt, in order of preference. */
export const PROMPT_NAMES = [
  'prompt',
  'text',
  'text_input',
  'input_text',
  'question',
  'instruction',
  'input',
  'query',
  'problem',
] as const;
/** Members with several texts of one question, or a question's parts. */
const LIST_NAMES = ['texts', 'content'];
const IMAGE_NAMES = ['image', 'images', 'image_files', 'image_url', 'image_urls'];
const OTHER_MEDIA = ['audio', 'audios', 'audio_files', 'video', 'videos', 'video_files'];

type Content = Extract<ChatMessage, { role: 'user' }>['content'];
type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a question from the members of an entry or a turn.
 * @returns undefined when no member holds one; a text with the reason when one is invalid
 */
export function questionIn(value: Members): { readonly content: Content } | string | undefined {
  const images = imagesIn(value);
  if (typeof images === 'string') return images;
  const text = textIn(value);
  if (text !== undefined) return { content: withImages(text, images) };
  for (const name of LIST_NAMES) {
    const list = value[name];
    if (typeof list === 'string') return { content: withImages(list, images) };
    if (!Array.isArray(list)) continue;
    const parts = contentFrom(
      list.map((one) => (typeof one === 'string' ? { type: 'text', text: one } : one)),
    );
    if (parts === undefined) return `${name} is neither a text nor a list of texts or parts`;
    const [only, ...others] = parts;
    if (only?.type === 'text' && others.length === 0) return { content: withImages(only.text, images) };
    return { content: [...parts, ...images.map(imagePart)] };
  }
  return images.length === 0 ? undefined : { content: images.map(imagePart) };
}

/** Adds the images beside a conversation to its first question. */
export function withImagesOf(
  messages: readonly ChatMessage[],
  value: Members,
): readonly ChatMessage[] | string {
  const images = imagesIn(value);
  if (typeof images === 'string' || images.length === 0)
    return typeof images === 'string' ? images : messages;
  const first = messages.findIndex(({ role }) => role === 'user');
  return messages.map((message, index) => {
    if (index !== first || message.role !== 'user') return message;
    const { content } = message;
    return {
      ...message,
      content:
        typeof content === 'string' ? withImages(content, images) : [...content, ...images.map(imagePart)],
    };
  });
}

function textIn(value: Members): string | undefined {
  for (const name of PROMPT_NAMES) {
    const prompt = onlyOf(value[name]);
    if (typeof prompt !== 'string') continue;
    // Training data sets put the task and its material into two members.
    const [before, after] =
      name === 'instruction'
        ? ['', textOf(value.input) || textOf(value.context)]
        : [name === 'question' ? textOf(value.context) : '', ''];
    return [before, prompt, after].filter((one) => one !== '').join('\n\n');
  }
  return undefined;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Returns addresses and paths of images, or a text with the reason when there is audio, video or another medium. */
function imagesIn(value: Members): readonly string[] | string {
  const other = OTHER_MEDIA.find((name) => !isEmpty(value[name]));
  if (other !== undefined) return `remove ${other}: only text and images are sent`;
  const images: string[] = [];
  for (const name of IMAGE_NAMES) {
    if (isEmpty(value[name])) continue;
    for (const one of [value[name]].flat()) {
      const url = isRecord(one) ? (one.url ?? one.path) : one;
      if (typeof url !== 'string' || url === '')
        return `${name} must be the address or the path of an image, or a list of these`;
      images.push(url);
    }
  }
  return images;
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Matches marks in a text for the position of an image, which is sent as a separate part. */
const PLACEHOLDER = /<image>\n?/g;

function withImages(text: string, images: readonly string[]): Content {
  if (images.length === 0) return text;
  const rest = text.replace(PLACEHOLDER, '');
  return [...(rest === '' ? [] : [{ type: 'text', text: rest } as const]), ...images.map(imagePart)];
}

const imagePart = (url: string): ContentPart => ({ type: 'image_url', image_url: { url } });
