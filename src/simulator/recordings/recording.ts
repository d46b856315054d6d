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

/**
 * Reads a file that `--record` made, to the last recording that is complete.
 * @throws {Error} a message for people: the file cannot be read, a line is wrong, there is no recording
 */
export async function readRecordings(file: string): Promise<readonly Recording[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`The recording ${file} cannot be read: ${fileReason(error)}`);
  });
  return parseRecordings(text, file);
}

/** @param file for messages */
export function parseRecordings(text: string, file: string): readonly Recording[] {
  const recordings: Recording[] = [];
  let open: (Recording & { parts: { atMs: number; bytes: Uint8Array }[] }) | undefined;
  for (const [index, json] of text.split('\n').entries()) {
    if (json.trim() === '') continue;
    const fail = (): Error => new Error(`${file}, line ${index + 1}: this is no line of a recording.`);
    const parsed = line.safeParse(parseJson(json));
    if (!parsed.success) throw fail();
    const { data } = parsed;
    if ('recording' in data) {
      const { model, stream, status, content_type: contentType, headers, headers_ms: headersMs } = data;
      const head = {
        model,
        stream,
        status,
        contentType,
        ...(headers !== undefined && { headers }),
        headersMs,
      };
      open = { ...head, parts: [], ending: 'end' };
    } else if (open === undefined) {
      throw fail();
    } else if ('end' in data) {
      recordings.push({ ...open, ending: data.end });
      open = undefined;
    } else {
      const bytes = 'text' in data ? Buffer.from(data.text) : Buffer.from(data.base64, 'base64');
      open.parts.push({ atMs: data.ms, bytes });
    }
  }
  if (recordings.length === 0) throw new Error(`${file} holds no complete recording.`);
  return recordings;
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
