import { isRecord, type JsonRecord } from '../../../common/json.js';

/** A piece of an answer and its kind. */
export interface Piece {
  type: 'text' | 'reasoning' | 'refusal';
  text: string;
}

/** The contents of a field. `unread`: how many values in it have an unknown form. */
export interface Content {
  pieces: readonly Piece[];
  unread: number;
}

/** The depth to which nested parts are read. */
const MAX_DEPTH = 8;
/** Members of a part that contain its text, each with the kind that it implies. */
const MEMBERS: readonly (readonly [name: string, type: Piece['type'] | undefined])[] = [
  ['text', undefined],
  ['content', undefined],
  ['output_text', undefined],
  ['value', undefined],
  ['parts', undefined],
  ['thinking', 'reasoning'],
  ['reasoning', 'reasoning'],
  ['reasoning_content', 'reasoning'],
  ['reasoningContent', 'reasoning'],
  ['reasoningText', 'reasoning'],
  ['thought', 'reasoning'],
  ['summary', 'reasoning'],
  ['refusal', 'refusal'],
];
/** Matches members with opaque data. */
const OPAQUE = /signature|redacted|encrypted/i;
/** Types of parts without output: encrypted data, signatures, citations, and results of the server's own tools. */
const SILENT =
  /encrypted|redacted|signature|citation|reference|annotation|tool_result|container|compaction|fallback/;

/**
 * Reads the value of a content field: a text, a number, a boolean, a typed part, or nested lists of these.
 * @param type the kind of the field, for values that don't name their kind
 */
export function contentIn(value: unknown, type: Piece['type']): Content {
  const pieces: Piece[] = [];
  let unread = 0;

  const add = (kind: Piece['type'], text: string): void => {
    const last = pieces.at(-1);
    if (text === '') return;
    if (last?.type === kind) last.text += text;
    else pieces.push({ type: kind, text });
  };

  const readPart = (part: JsonRecord, kind: Piece['type'], depth: number): void => {
    if (isSilent(part)) return;
    const own = kindOf(part, kind);
    let known = Object.keys(part).every((name) => OPAQUE.test(name));
    for (const [name, implied] of MEMBERS) {
      // Gemini's `thought` is a boolean.
      if (part[name] === undefined || (name === 'thought' && typeof part[name] !== 'string')) continue;
      known = true;
      read(part[name], implied ?? own, depth + 1);
    }
    if (!known) unread += 1;
  };

  const read = (one: unknown, kind: Piece['type'], depth: number): void => {
    if (one === null || one === undefined) return;
    if (typeof one === 'string') add(kind, one);
    else if (typeof one === 'number' || typeof one === 'boolean') add(kind, String(one));
    else if (depth > MAX_DEPTH) unread += 1;
    else if (Array.isArray(one)) for (const item of one) read(item, kind, depth + 1);
    else if (isRecord(one)) readPart(one, kind, depth);
  };

  read(value, type, 0);
  return { pieces, unread };
}

function kindOf({ type, thought }: JsonRecord, otherwise: Piece['type']): Piece['type'] {
  // Gemini marks its thoughts with this member.
  if (thought === true) return 'reasoning';
  if (typeof type !== 'string') return otherwise;
  if (/refusal/.test(type)) return 'refusal';
  return /reasoning|think|thought|summary/.test(type) ? 'reasoning' : otherwise;
}

function isSilent(part: JsonRecord): boolean {
  return typeof part.type === 'string' && SILENT.test(part.type);
}
