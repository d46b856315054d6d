import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { fileReason } from '../../common/errors.js';

/** A provider's response as it came, with the time of each part. docs/simulator.md describes the file. */
export interface Recording {
  model: string;
  stream: boolean;
  status: number;
  contentType: string;
  /** The others, by name in lower case, without secrets; absent in files of before they were kept. */
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds since the request was sent, here and below. */
  headersMs: number;
  parts: readonly { atMs: number; bytes: Uint8Array }[];
  /** `broken`: the connection was lost. */
  ending: 'end' | 'broken';
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const ms = z.number().check(z.minimum(0), z.maximum(3_600_000));

const line = z.union([
  z.strictObject({
    recording: z.literal(1),
    model: z.string(),
    stream: z.boolean(),
    status: z.int().check(z.minimum(200), z.maximum(599)),
    content_type: z.string().check(z.regex(/^[\x20-\x7e]*$/)),
    headers: z.optional(
      z.record(z.string().check(z.regex(HEADER_NAME)), z.string().check(z.regex(HEADER_VALUE))),
    ),
    headers_ms: ms,
  }),
  z.strictObject({ ms, text: z.string() }),
  z.strictObject({ ms, base64: z.string() }),
  z.strictObject({ end: z.enum(['end', 'broken']) }),
]);

/** What a file holds: its whole recordings, and what of it is none, a sentence each. */
export interface RecordingsFile {
  recordings: readonly Recording[];
  problems: readonly string[];
}

/**
 * Reads a file that `--record` made: each recording that is whole.
 * @throws {Error} a message for people: the file cannot be read, or no recording in it is whole
 */
export async function readRecordings(file: string): Promise<RecordingsFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Error(`The recording ${file} cannot be read: ${fileReason(error)}`);
  });
  const read = readLines(linesOf(bytes));
  const problems = read.problems.map(({ line, what }) => `${file}, line ${line}: ${what}`);
  if (read.recordings.length > 0) return { recordings: read.recordings, problems };
  throw new Error([`${file} holds no complete recording.`, ...problems.slice(0, 1)].join(' '));
}

/**
 * Reads the recordings of a file to which others may be added: nothing in it may be damaged, but the last recording may
 * lack its end.
 * @param file for messages
 * @throws {Error} a message for people
 */
export function parseRecordings(text: string, file: string): readonly Recording[] {
  const { recordings, problems } = readLines(text.replace(BOM, '').split('\n'));
  const damage = problems.find(({ unended }) => unended !== true);
  if (damage !== undefined) throw new Error(`${file}, line ${damage.line}: ${damage.what}`);
  if (recordings.length === 0) throw new Error(`${file} holds no complete recording.`);
  return recordings;
}

/** Editors and shells of Windows put it before a text. */
const BOM = /^\u{feff}/u;

/** The lines of a file; undefined stands for one that is no UTF-8. */
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

interface Problem {
  /** From 1. */
  line: number;
  what: string;
  unended?: true;
}

function readLines(lines: readonly (string | undefined)[]): { recordings: Recording[]; problems: Problem[] } {
  const recordings: Recording[] = [];
  const problems: Problem[] = [];
  let open: (Recording & { line: number; parts: { atMs: number; bytes: Uint8Array }[] }) | undefined;
  // After a damaged line nothing counts until the next recording begins.
  let skipping = false;
  const leaveOut = (): void => {
    if (open !== undefined)
      problems.push({ line: open.line, what: 'this recording has no end, and is left out.', unended: true });
    open = undefined;
  };
  for (const [index, json] of lines.entries()) {
    if (json?.trim() === '') continue;
    const parsed = line.safeParse(json === undefined ? undefined : parseJson(json));
    if (parsed.success && 'recording' in parsed.data) {
      leaveOut();
      skipping = false;
      open = { ...headOf(parsed.data), parts: [], ending: 'end', line: index + 1 };
    } else if (!skipping && (!parsed.success || open === undefined)) {
      const rest = open === undefined ? '' : ` The recording that begins in line ${open.line} is left out.`;
      problems.push({ line: index + 1, what: `this is no line of a recording.${rest}` });
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
  leaveOut();
  return { recordings, problems };
}

function headOf(data: Extract<z.infer<typeof line>, { recording: 1 }>): Omit<Recording, 'parts' | 'ending'> {
  const { model, stream, status, content_type: contentType, headers, headers_ms: headersMs } = data;
  return { model, stream, status, contentType, ...(headers !== undefined && { headers }), headersMs };
}

/** The lines of one recording, the last line end included. */
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

/** Of headers that are out of shape nothing is kept. */
function sendable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const fine = Object.entries(headers).filter(
    ([name, value]) => name !== 'content-type' && HEADER_NAME.test(name) && HEADER_VALUE.test(value),
  );
  return Object.fromEntries(fine);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
