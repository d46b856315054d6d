import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import { type ChatEvent, createChatStream, type StreamEnding } from '../../../src/sdk/index.js';
import { chunksOfQuirk, type Quirk } from '../servers/quirks.js';

/** The ways to cut one stream: one byte at a time, every cut in two, then any number at random. */
export interface SplitRuns {
  /** Reads the stream with the next cuts; throws when the result differs. */
  next(): void;
}

/** The endings of a stream. They may change the outcome, but the cuts must not. */
const ENDINGS: readonly StreamEnding[] = [
  { kind: 'closed' },
  { kind: 'failed', error: new ConnectorException('lost', ErrorClass.Transient) },
];

export function splitRuns(quirk: Quirk, random: () => number): SplitRuns {
  const bytes = Buffer.concat(chunksOfQuirk(quirk));
  const read = (pieces: readonly Uint8Array[], ending: StreamEnding): string => {
    const events: ChatEvent[] = [];
    const head = { statusCode: 200, contentType: quirk.content_type };
    const stream = createChatStream(head, (event) => events.push(event));
    for (const piece of pieces) stream.feed(piece);
    return JSON.stringify([stream.end(ending), stream.over, events]);
  };
  const expected = ENDINGS.map((ending) => read([bytes], ending));
  let run = 0;

  const cut = (index: number): Uint8Array[] => {
    if (index === 0) return Array.from(bytes, (byte) => Uint8Array.of(byte));
    if (index <= bytes.length + 1) return [bytes.subarray(0, index - 1), bytes.subarray(index - 1)];
    const pieces: Uint8Array[] = [];
    // From single bytes to a few large pieces, empty ones among them.
    const scale = 2 + random() ** 3 * bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const end = at + Math.floor(random() * scale);
      pieces.push(bytes.subarray(at, end));
      at = end;
    }
    return pieces;
  };

  return {
    next() {
      const which = run % ENDINGS.length;
      const pieces = cut(Math.floor(run / ENDINGS.length));
      run += 1;
      const ending = ENDINGS[which];
      if (ending === undefined || read(pieces, ending) === expected[which]) return;
      const lengths = pieces.map(({ length }) => length).join(' ');
      throw new Error(`"${quirk.name}", ${ending.kind}, reads differently in pieces of ${lengths} bytes`);
    },
  };
}

/** Runs that cover one byte at a time and every cut in two. */
export function systematicRuns(quirk: Quirk): number {
  return ENDINGS.length * (Buffer.concat(chunksOfQuirk(quirk)).length + 2);
}

/** Runs of a number of random cuts, each with every ending. */
export function randomRuns(cuts: number): number {
  return ENDINGS.length * cuts;
}
