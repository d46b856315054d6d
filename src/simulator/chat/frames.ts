import type { Frame, Reply } from './reply.js';

// Functions that faults are built from. Each one takes a reply's frames, and yields changed ones one at a time.

/** The delay after which the next part is sent in a separate packet, in ms. */
const APART_MS = 2;

/** Yields the frames with the first half of the answer's tokens, or half the bytes of a single frame. */
export function* firstHalf({ frames, tokens }: Reply, stream: boolean): Generator<Frame> {
  const half = Math.ceil(tokens / 2);
  let sent = 0;
  for (const frame of frames) {
    if (!stream) {
      yield { ...frame, tokens: half, bytes: () => halfOf(frame) };
      return;
    }
    yield frame;
    sent += frame.tokens;
    if (sent >= half) return;
  }
}

/** Inserts `text` in the middle of the answer, due at the same time as the frame before it. */
export function* insertHalfway({ frames, tokens }: Reply, text: string): Generator<Frame> {
  const half = Math.ceil(tokens / 2);
  let sent = 0;
  for (const frame of frames) {
    yield frame;
    if (sent < half && sent + frame.tokens >= half) yield textFrame(frame.atMs, text);
    sent += frame.tokens;
  }
}

/** Appends a text, due at the same time as the last frame. `text` gets the number of server-sent events before it. */
export function* endWith(frames: Iterable<Frame>, text: (eventsBefore: number) => string): Generator<Frame> {
  let atMs = 0;
  let events = 0;
  const counted = (frame: Frame): string => {
    const sent = Buffer.from(frame.bytes()).toString();
    events += sent.split('\n\n').length - 1;
    return sent;
  };
  for (const frame of frames) {
    atMs = frame.atMs;
    yield { ...frame, bytes: () => counted(frame) };
  }
  yield { atMs, tokens: 0, bytes: () => text(events) };
}

/** Yields all frames but the last. */
export function* withoutLast(frames: Iterable<Frame>): Generator<Frame> {
  let previous: Frame | undefined;
  for (const frame of frames) {
    if (previous !== undefined) yield previous;
    previous = frame;
  }
}

/** Changes every frame's text with `change`. */
export function* rewritten(frames: Iterable<Frame>, change: (text: string) => string): Generator<Frame> {
  for (const frame of frames) {
    yield { ...frame, bytes: () => change(Buffer.from(frame.bytes()).toString()) };
  }
}

/** Splits each frame inside its multi-byte characters. */
export function* charactersSplit(frames: Iterable<Frame>): Generator<Frame> {
  for (const frame of frames) {
    const bytes = Buffer.from(frame.bytes());
    const cuts = [...bytes.keys()].filter(
      (at) => isContinuation(bytes[at]) && !isContinuation(bytes[at - 1]),
    );
    yield* piecesOf(frame, bytes, cuts, APART_MS);
  }
}

/** Splits frames into pieces of `size` bytes that are at least `everyMs` apart, which lengthens the answer. */
export function* dripping(frames: Iterable<Frame>, size: number, everyMs: number): Generator<Frame> {
  let freeMs = 0;
  for (const frame of frames) {
    const bytes = Buffer.from(frame.bytes());
    const cuts = Array.from(
      { length: Math.max(0, Math.ceil(bytes.length / size) - 1) },
      (_, index) => (index + 1) * size,
    );
    const atMs = Math.max(frame.atMs, freeMs);
    yield* piecesOf({ ...frame, atMs }, bytes, cuts, everyMs);
    freeMs = atMs + (cuts.length + 1) * everyMs;
  }
}

/**
 * Creates a frame of plain text without tokens.
 * @param atMs when it is due, in ms
 */
export function textFrame(atMs: number, text: string): Frame {
  return { atMs, tokens: 0, bytes: () => text };
}

function* piecesOf(
  frame: Frame,
  bytes: Uint8Array,
  cuts: readonly number[],
  everyMs: number,
): Generator<Frame> {
  for (const [index, from] of [0, ...cuts].entries()) {
    yield {
      atMs: frame.atMs + index * everyMs,
      tokens: index === cuts.length ? frame.tokens : 0,
      bytes: () => bytes.subarray(from, cuts[index] ?? bytes.length),
      alone: true,
    };
  }
}

function halfOf(frame: Frame): Uint8Array {
  const bytes = Buffer.from(frame.bytes());
  return bytes.subarray(0, bytes.length >> 1);
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && byte >> 6 === 0b10;
