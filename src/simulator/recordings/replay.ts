import type { Frame, Reply } from '../chat/reply.js';
import type { Recording } from './recording.js';

/** Returns the recording sped up by the factor `speed`. */
export function atSpeed(recording: Recording, speed: number): Recording {
  return {
    ...recording,
    headersMs: recording.headersMs / speed,
    parts: recording.parts.map(({ atMs, bytes }) => ({ atMs: atMs / speed, bytes })),
  };
}

/** Returns the recording for the next request. `stream`: whether it requests a stream. */
export type Replay = (stream: boolean) => Recording | undefined;

/**
 * Uses the recordings one after another, and begins again after the last one. Requests for a stream get recorded
 * streams if there are any.
 */
export function cycleRecordings(recordings: readonly Recording[]): Replay {
  const turns = [0, 0];
  return (wanted) => {
    const fitting = recordings.filter(({ stream }) => stream === wanted);
    const from = fitting.length === 0 ? recordings : fitting;
    const kind = wanted ? 1 : 0;
    const turn = turns[kind] ?? 0;
    turns[kind] = turn + 1;
    return from[turn % from.length];
  };
}

/** Returns a reply that repeats the recorded response at its recorded times. */
export function replayed(recording: Recording): Reply {
  const { status, contentType, headers, headersMs, parts, ending } = recording;
  const frames = parts.map(
    ({ atMs, bytes }): Frame => ({
      atMs,
      tokens: countTokens(bytes),
      bytes: () => bytes,
      alone: true,
    }),
  );
  return {
    status,
    headers: { ...replayable(headers ?? {}), ...(contentType !== '' && { 'content-type': contentType }) },
    headersMs,
    frames,
    tokens: frames.reduce((sum, { tokens }) => sum + tokens, 0),
    ending: ending === 'end' ? 'end' : 'reset',
    recorded: true,
  };
}

/**
 * Headers that a replay does not send: they describe the recorded connection, its encoding or its time, or they contain
 * addresses or cookies of the recorded server.
 */
const NOT_REPLAYED =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-(length|encoding)|date|location|refresh|set-cookie|alt-svc|strict-transport-security)$/;

function replayable(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_REPLAYED.test(name)));
}

/** Returns the times to first token, and between tokens, of all streams. Tokens in the same part have a gap of 0. */
export function recordedTimes(recordings: readonly Recording[]): { ttftMs: number[]; gapsMs: number[] } {
  const ttftMs: number[] = [];
  const gapsMs: number[] = [];
  for (const { stream, parts } of recordings) {
    if (!stream) continue;
    let lastMs: number | undefined;
    for (const { atMs, bytes } of parts) {
      for (let count = countTokens(bytes); count > 0; count -= 1) {
        if (lastMs === undefined) ttftMs.push(atMs);
        else gapsMs.push(atMs - lastMs);
        lastMs = atMs;
      }
    }
  }
  return { ttftMs, gapsMs };
}

/** Counts the deltas that contain text. */
function countTokens(bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString();
  return text.match(/"(?:content|reasoning_content|reasoning)":\s*"[^"]/g)?.length ?? 0;
}
