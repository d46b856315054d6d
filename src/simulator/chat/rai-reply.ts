import type { Schedule } from '../timing/timing.js';
import type { Answer } from './answer.js';
import { choiceOf } from './answer-tokens.js';
import { sseEvent } from './completion.js';
import { textFrame } from './frames.js';
import type { Frame, Reply } from './reply.js';

const PIECE_BYTES = 10;

/**
 * Returns the answer in the format of the public RAI simulator, which ignores the request's format. It is a stream of
 * 10-byte pieces without role, finish_reason and `[DONE]`. The last event has the usage and no choices. It has only the
 * first choice, and no tool calls.
 */
export function raiReply(answer: Answer, schedule: Schedule): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    headersMs: schedule.headersMs,
    frames: raiFrames(answer, schedule),
    tokens: answer.usage.completion_tokens,
    ending: 'end',
  };
}

function* raiFrames({ identity, choices, usage }: Answer, schedule: Schedule): Generator<Frame> {
  const [first] = choices;
  const text = first === undefined ? '' : choiceOf(first).text;
  const chunk = (members: object): string =>
    sseEvent(
      JSON.stringify({
        id: identity.id,
        object: 'chat.completion.chunk',
        created: identity.created,
        model: identity.model,
        ...members,
      }),
    );
  const pieces = [...tenBytePieces(text)];
  let atMs = schedule.firstMs;
  for (const [index, content] of pieces.entries()) {
    atMs = schedule.next();
    // The tokens are counted as if they were spread evenly over the pieces.
    const share = (at: number): number => Math.round((usage.completion_tokens * at) / pieces.length);
    yield {
      atMs,
      tokens: share(index + 1) - share(index),
      bytes: () => chunk({ choices: [{ index: 0, delta: { content } }] }),
    };
  }
  yield textFrame(atMs, chunk({ choices: [], usage }));
}

/** Splits the text into pieces of at most 10 bytes of UTF-8, without splitting characters. */
function* tenBytePieces(text: string): Generator<string> {
  let piece = '';
  let bytes = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (bytes + size > PIECE_BYTES) {
      yield piece;
      piece = '';
      bytes = 0;
    }
    piece += character;
    bytes += size;
  }
  if (piece !== '') yield piece;
}
