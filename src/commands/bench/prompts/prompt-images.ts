import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChatMessage, ContentPart } from '../../../connector/messages.js';
import type { Conversation } from '../../../loadtest/prompts/prompt.js';
import { UsageError } from '../../support/flags/usage-error.js';
import { readImage } from '../../support/input/attachment-file.js';

/** Puts the images that a file of prompts names into the prompts. Each image is read once. */
export interface ImageFiles {
  /** @throws {UsageError} when an image cannot be read */
  inserted(conversation: Conversation, line: number): Conversation;
}

const ADDRESS = /^(?:https?|data):/i;

/**
 * @param flag the flag with the prompts, for messages
 * @param path the file with the prompts; paths of images begin in its folder, or for `-` in the working directory
 */
export function createImageFiles(flag: string, path: string): ImageFiles {
  const folder = path === '-' ? '.' : dirname(path);
  const read = new Map<string, string>();

  const dataOf = (url: string, line: number): string => {
    if (ADDRESS.test(url)) return url;
    const known = read.get(url);
    if (known !== undefined) return known;
    const refuse = (why: string): UsageError =>
      new UsageError(`${flag} ${path}: line ${line}: the image ${url} ${why}`);
    const { type, data } = readImage(fileOf(url, folder, refuse), refuse);
    const inline = `data:${type};base64,${data}`;
    read.set(url, inline);
    return inline;
  };
  const part = (one: ContentPart, line: number): ContentPart =>
    one.type === 'image_url'
      ? { ...one, image_url: { ...one.image_url, url: dataOf(one.image_url.url, line) } }
      : one;
  const message = (one: ChatMessage, line: number): ChatMessage =>
    one.role === 'user' && typeof one.content !== 'string'
      ? { ...one, content: one.content.map((each) => part(each, line)) }
      : one;
  return {
    inserted([first, ...others], line) {
      const turn = (one: typeof first): typeof first => ({
        ...one,
        messages: one.messages.map((each) => message(each, line)),
      });
      return [turn(first), ...others.map(turn)];
    },
  };
}

function fileOf(url: string, folder: string, refuse: (why: string) => UsageError): string {
  if (!url.startsWith('file:')) return resolve(folder, url);
  try {
    return fileURLToPath(url);
  } catch {
    throw refuse('is not a file on this machine');
  }
}
