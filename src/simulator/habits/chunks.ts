import type { Frame } from '../chat/reply.js';

/** The members of a chunk, or of a whole completion, that habits change. */
export interface ChunkObject {
  choices?: readonly Record<string, unknown>[];
  usage?: Record<string, unknown> | null;
  [member: string]: unknown;
}

/** Changes every event's JSON with `change`. Keeps `[DONE]` and comments. */
export function* changedChunks(
  frames: Iterable<Frame>,
  change: (chunk: ChunkObject, frame: Frame) => ChunkObject,
): Generator<Frame> {
  for (const frame of frames) {
    yield { ...frame, bytes: () => changedText(String(frame.bytes()), (chunk) => change(chunk, frame)) };
  }
}

function changedText(text: string, change: (chunk: ChunkObject) => ChunkObject): string {
  if (text.startsWith('{')) return JSON.stringify(change(JSON.parse(text)));
  return text.replace(
    /^data: (\{.*\})$/gm,
    (_line, json: string) => `data: ${JSON.stringify(change(JSON.parse(json)))}`,
  );
}

/** Yields `comment` at once and every `everyMs` until the first frame with tokens, then the frames. */
export function* commentsUntilFirst(
  frames: Iterable<Frame>,
  comment: string,
  everyMs: number,
): Generator<Frame> {
  const early: Frame[] = [];
  const iterator = frames[Symbol.iterator]();
  let next = iterator.next();
  for (; next.done !== true; next = iterator.next()) {
    early.push(next.value);
    if (next.value.tokens > 0) break;
  }
  const firstMs = early.at(-1)?.atMs ?? 0;
  for (let atMs = 0; atMs < firstMs; atMs += everyMs)
    yield { atMs, tokens: 0, bytes: () => `: ${comment}\n\n` };
  yield* early;
  if (next.done !== true)
    for (let rest = iterator.next(); rest.done !== true; rest = iterator.next()) yield rest.value;
}
