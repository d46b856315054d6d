/** A draft as it was. */
export interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** What can be taken back, and what was. Both oldest first. */
export interface Undo {
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
  /** What is typed next still belongs to the last step. */
  readonly typing: boolean;
}

export const NO_UNDO: Undo = { past: [], future: [], typing: false };

const MAX_STEPS = 200;
/** UTF-16 units of all snapshots together. */
const MAX_SIZE = 4_000_000;

/**
 * The draft has changed from `before`.
 * @param typed what was typed, when it was one character; a word and the spaces behind it are one step
 */
export function recordStep(undo: Undo, before: Snapshot, typed: string | undefined): Undo {
  const startsWord = /\s$/.test(before.text.slice(0, before.cursor)) && !/\s/.test(typed ?? '');
  const continues = undo.typing && typed !== undefined && typed !== '\n' && !startsWord;
  return {
    past: continues ? undo.past : bounded([...undo.past, { text: before.text, cursor: before.cursor }]),
    future: [],
    typing: typed !== undefined,
  };
}

/** The draft one step back; undefined at the beginning. */
export function stepBack(undo: Undo, now: Snapshot): { undo: Undo; draft: Snapshot } | undefined {
  const draft = undo.past.at(-1);
  if (draft === undefined) return undefined;
  const future = [...undo.future, { text: now.text, cursor: now.cursor }];
  return { undo: { past: undo.past.slice(0, -1), future, typing: false }, draft };
}

/** The draft one step on again; undefined when nothing was taken back. */
export function stepForward(undo: Undo, now: Snapshot): { undo: Undo; draft: Snapshot } | undefined {
  const draft = undo.future.at(-1);
  if (draft === undefined) return undefined;
  const past = bounded([...undo.past, { text: now.text, cursor: now.cursor }]);
  return { undo: { past, future: undo.future.slice(0, -1), typing: false }, draft };
}

function bounded(steps: readonly Snapshot[]): readonly Snapshot[] {
  let size = 0;
  let from = steps.length;
  while (from > Math.max(0, steps.length - MAX_STEPS)) {
    size += steps[from - 1]?.text.length ?? 0;
    if (size > MAX_SIZE) break;
    from -= 1;
  }
  return steps.slice(from);
}
