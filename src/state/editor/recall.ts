/** An earlier draft that is shown again. */
export interface Recalled {
  /** Its index in the history. */
  readonly index: number;
  /** The draft to return to. */
  readonly draft: string;
}

/** Most earlier drafts in the history. */
const MAX_HISTORY = 200;
/** Most UTF-16 units of all drafts in the history together; the oldest drafts are dropped first. */
const MAX_HISTORY_SIZE = 8_000_000;

/** Returns the history with a further draft at its end. */
export function remember(history: readonly string[], text: string): readonly string[] {
  if (text.trim() === '' || history.at(-1) === text) return history;
  const kept = [...history, text].slice(-MAX_HISTORY);
  let size = kept.reduce((sum, entry) => sum + entry.length, 0);
  while (size > MAX_HISTORY_SIZE && kept.length > 1) size -= kept.shift()?.length ?? 0;
  return kept;
}

/**
 * Steps through the history. After its last draft comes the one that was being written, without `recalled`.
 * @returns undefined when there is no draft in that direction
 */
export function recall(
  editor: {
    readonly text: string;
    readonly history: readonly string[];
    readonly recalled?: Recalled | undefined;
  },
  step: -1 | 1,
): { text: string; recalled: Recalled | undefined } | undefined {
  const { history, recalled, text } = editor;
  const index = (recalled?.index ?? history.length) + step;
  if (index < 0 || index > history.length) return undefined;
  const draft = recalled?.draft ?? text;
  const earlier = history[index];
  return earlier === undefined
    ? { text: draft, recalled: undefined }
    : { text: earlier, recalled: { index, draft } };
}
