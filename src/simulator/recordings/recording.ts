import * as z from 'zod/mini';
import { HEADER_VALUE } from '../../common/http/header-syntax.js';
import { parseJson } from '../../common/json.js';
import { CONTENT_TYPE, HEADER_NAME, sendable } from './headers.js';

/** A provider's response with the arrival time of each part. docs/simulator.md describes the file format. */
export interface Recording {
  model: string;
  stream: boolean;
  status: number;
  contentType: string;
  /** Other headers by name in lower case, without secrets; absent in files of older versions. */
  headers?: Readonly<Record<string, string>>;
  /** In milliseconds since the request was sent, like `atMs`. */
  headersMs: number;
  parts: readonly { atMs: number; bytes: Uint8Array }[];
  /** `broken`: the connection was lost. */
  ending: 'end' | 'broken';
}

const ms = z.number().check(z.minimum(0), z.maximum(3_600_000));

const line = z.union([
  z.strictObject({
    recording: z.literal(1),
    model: z.string(),
    stream: z.boolean(),
    status: z.int().check(z.minimum(200), z.maximum(599)),
    content_type: z.string().check(z.regex(CONTENT_TYPE)),
    headers: z.optional(
      z.record(z.string().check(z.regex(HEADER_NAME)), z.string().check(z.regex(HEADER_VALUE))),
    ),
    headers_ms: ms,
  }),
  z.strictObject({ ms, text: z.string() }),
  z.strictObject({ ms, base64: z.string() }),
  z.strictObject({ end: z.enum(['end', 'broken']) }),
]);

/** Returns the complete recordings in a file's bytes, and what is wrong with its other lines. */
export function recordingsIn(bytes: Buffer): { recordings: Recording[]; problems: Problem[] } {
  return readLines(linesOf(bytes));
}

/**
 * Reads the recordings of a file before others are appended. No part of the file may be damaged, except that the last
 * recording may be incomplete.
 * @param file the file's name for messages
 * @throws {Error} when the file is damaged; the message is for users
 */
export function parseRecordings(text: string, file: string): readonly Recording[] {
  const { recordings, problems } = readLines(text.replace(BOM, '').split('\n'));
  const damage = problems.find(({ unended }) => unended !== true);
  if (damage !== undefined) throw new Error(`${file}, line ${damage.line}: ${damage.what}`);
  if (recordings.length === 0) throw new Error(`${file} has no complete recording.`);
  return recordings;
}

/** The byte order mark that editors and shells on Windows write at the beginning. */
export const BOM = /^\u{feff}/u;

/** Returns the lines of a file, with undefined for a line that is not UTF-8. */
function linesOf(bytes: Buffer): (string | undefined)[] {
  const lines: (string | undefined)[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end;
    const text = utf8Of(bytes.subarray(from, to));
    lines.push(from === 0 ? text?.replace(BOM, '') : text);
    from = to + 1;
  }
  return lines;
}

/** What is wrong with a line. */
export interface Problem {
  /** Counted from 1. */
  line: number;
  what: string;
  unended?: true;
}

function readLines(lines: readonly (string | undefined)[]): { recordings: Recording[]; problems: Problem[] } {
  const recordings: Recording[] = [];
  const problems: Problem[] = [];
  let open: (Recording & { line: number; parts: { atMs: number; bytes: Uint8Array }[] }) | undefined;
  // After a damaged line, skip all lines until the next recording begins.
  let skipping = false;
  const dropOpen = (): void => {
    if (open !== undefined)
      problems.push({ line: open.line, what: 'this recording has no end and is skipped.', unended: true });
    open = undefined;
  };
  for (const [index, json] of lines.entries()) {
    if (json?.trim() === '') continue;
    const parsed = line.safeParse(json === undefined ? undefined : parseJson(json));
    if (parsed.success && 'recording' in parsed.data) {
      dropOpen();
      skipping = false;
      open = { ...headOf(parsed.data), parts: [], ending: 'end', line: index + 1 };
    } else if (!skipping && (!parsed.success || open === undefined)) {
      const rest = open === undefined ? '' : ` The recording that begins in line ${open.line} is skipped.`;
      problems.push({ line: index + 1, what: `this line does not belong to a recording.${rest}` });
      open = undefined;
      skipping = true;
    } else if (parsed.success && open !== undefined && 'end' in parsed.data) {
      const { line: _begun, ...recording } = open;
      recordings.push({ ...recording, ending: parsed.data.end });
      open = undefined;
    } else if (parsed.success && open !== undefined && 'ms' in parsed.data) {
      const { data } = parsed;
      const bytes = 'text' in data ? Buffer.from(data.text) : Buffer.from(data.base64, 'base64');
      open.parts.push({ atMs: data.ms, bytes });
    }
  }
  dropOpen();
  return { recordings, problems };
}

function headOf(data: Extract<z.infer<typeof line>, { recording: 1 }>): Omit<Recording, 'parts' | 'ending'> {
  const { model, stream, status, content_type: contentType, headers, headers_ms: headersMs } = data;
  return { model, stream, status, contentType, ...(headers !== undefined && { headers }), headersMs };
}

/** Returns the lines of one recording, with a line end at the end. */
export function formatRecording(recording: Recording): string {
  const { model, stream, status, contentType, headers, headersMs, parts, ending } = recording;
  const lines: z.infer<typeof line>[] = [
    {
      recording: 1,
      model,
      stream,
      status,
      content_type: contentType,
      ...(headers !== undefined && { headers: sendable(headers) }),
      headers_ms: round(headersMs),
    },
    ...parts.map(({ atMs, bytes }) => {
      const text = utf8Of(bytes);
      return text === undefined
        ? { ms: round(atMs), base64: Buffer.from(bytes).toString('base64') }
        : { ms: round(atMs), text };
    }),
    { end: ending },
  ];
  return lines.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Returns bytes as text; undefined when they are not UTF-8. */
export function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
