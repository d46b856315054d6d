/** An earlier draft. */
export interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** The steps to undo (`past`) and to redo (`future`), both oldest first. */
export interface Undo {
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
  /** Whether the next typed character still belongs to the last step. */
  readonly typing: boolean;
}

export const NO_UNDO: Undo = { past: [], future: [], typing: false };

const MAX_STEPS = 200;
/** The limit of all snapshots together, in UTF-16 units; the last one may be longer. */
const MAX_SIZE = 4_000_000;

/**
 * Records a change of the draft from `before`.
 * @param typed the typed character, if the change was one; a word and the spaces after it form one step
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

/** Undoes one step; undefined when there is none. */
export function stepBack(undo: Undo, now: Snapshot): { undo: Undo; draft: Snapshot } | undefined {
  const draft = undo.past.at(-1);
  if (draft === undefined) return undefined;
  const future = [...undo.future, { text: now.text, cursor: now.cursor }];
  return { undo: { past: undo.past.slice(0, -1), future, typing: false }, draft };
}

/** Redoes one step; undefined when there is none. */
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
    if (size > MAX_SIZE && from < steps.length) break;
    from -= 1;
  }
  return steps.slice(from);
}
