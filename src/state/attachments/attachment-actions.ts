import type { Attachment } from '../../common/chat/attachments.js';
import type { Acting } from '../acting.js';
import type { FilesPort, ReadFile } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';
import { namesOf, tooMuch } from './attachments.js';

/** Actions for the files attached to the draft. */
export function createAttachmentActions(acting: Acting, files: FilesPort | undefined) {
  const { get, change, act, actLater } = acting;

  const add = (read: ReadFile<Attachment>): string => {
    if (!read.ok) return read.problem;
    const attachment = { ...read.content, name: sanitizeLine(read.content.name) };
    const problem = tooMuch(get(), attachment);
    if (problem !== undefined) return `${attachment.name} does not fit: ${problem}`;
    change((state) => ({ ...state, attachments: [...state.attachments, attachment] }));
    return `attached ${attachment.name}: it is sent with the next message`;
  };
  const fromClipboard = actLater(async () => {
    const read = await (files?.clipboardImage() ?? UNREADABLE);
    return acting.ended ? undefined : add(read);
  });

  return {
    /** Attaches a file, or without a path the image in the clipboard. */
    attach(path?: string): void {
      if (path === undefined) fromClipboard();
      else attachFile(path);
    },
    /** Removes the attachment with this name, or without a name the last one. */
    detach: act((name?: string) => {
      const { attachments } = get();
      const found =
        name === undefined ? attachments.at(-1) : attachments.findLast((one) => one.name === name);
      if (found === undefined)
        return attachments.length === 0
          ? 'nothing is attached'
          : `no attachment has this name: ${namesOf(attachments)}`;
      change((state) => ({ ...state, attachments: state.attachments.filter((one) => one !== found) }));
      return `${found.name}: attachment removed`;
    }),
  };

  function attachFile(path: string): void {
    act(() => add(files?.readAttachment(path) ?? UNREADABLE))();
  }
}

const UNREADABLE = { ok: false, problem: 'files cannot be read here' } as const;
