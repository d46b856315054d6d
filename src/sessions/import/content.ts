import type { Attachment } from '../../common/chat/attachments.js';
import { isList, isObject, numberIn, objectIn, objectsIn, textIn } from '../json.js';
import type { Json, JsonObject, ToolCall } from '../types.js';
import { fileAt, fileNamed, fileWith } from './files.js';

/** A part of a message's content: text with its calls, or the result of a tool call. */
export interface Piece {
  text: string;
  reasoning: string;
  refusal: string;
  toolCalls: ToolCall[];
  attachments: Attachment[];
  /** For a result: the id of its call. */
  resultOf?: string;
}

/**
 * Reads the content of a message in the formats of OpenAI and Anthropic: a text, or parts. A tool result separates the
 * content before it from the content after it.
 * @param unknown called with the type of each unknown part, which is skipped
 */
export function piecesOf(content: Json, unknown: (type: string) => void): Piece[] {
  if (typeof content === 'string') return [{ ...nothing(), text: content }];
  if (isObject(content)) return piecesOf([content], unknown);
  if (!isList(content)) return [];
  const pieces: Piece[] = [];
  let open: Piece | undefined;
  const current = (): Piece => {
    if (open === undefined) {
      open = nothing();
      pieces.push(open);
    }
    return open;
  };
  for (const part of content) {
    if (typeof part === 'string') {
      current().text = joined(current().text, part);
    } else if (isObject(part) && textIn(part, 'type') === 'tool_result') {
      pieces.push(resultOf(part, unknown));
      open = undefined;
    } else if (isObject(part)) {
      addPart(current(), part, unknown);
    }
  }
  return pieces;
}

function addPart(piece: Piece, part: JsonObject, unknown: (type: string) => void): void {
  const type = textIn(part, 'type') ?? '';
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text': {
      const text = textOf(part, 'text');
      if (text === undefined) unknown(type);
      else piece.text = joined(piece.text, text);
      return;
    }
    case 'thinking':
    case 'reasoning':
      piece.reasoning = joined(piece.reasoning, textIn(part, 'thinking') ?? textOf(part, 'text') ?? '');
      return;
    case 'refusal':
      piece.refusal = joined(piece.refusal, textIn(part, 'refusal') ?? '');
      return;
    case 'tool_use':
      piece.toolCalls.push({
        id: textIn(part, 'id') ?? '',
        name: textIn(part, 'name') ?? '',
        arguments: argumentsOf(part.input ?? {}),
      });
      return;
    default: {
      const attachment = attachmentOf(type, part);
      if (attachment === undefined) unknown(type);
      else piece.attachments.push(attachment);
    }
  }
}

/** Returns a text. Some programs put it into an object with `value`, as OpenAI's Assistants API did. */
export function textOf(part: JsonObject, name: string): string | undefined {
  return textIn(part, name) ?? textIn(objectIn(part, name) ?? {}, 'value');
}

function attachmentOf(type: string, part: JsonObject): Attachment | undefined {
  switch (type) {
    case 'image_url':
    case 'input_image': {
      const address = textIn(part, 'image_url') ?? textIn(objectIn(part, 'image_url') ?? {}, 'url');
      return address === undefined
        ? undefined
        : fileAt(address, undefined, address.startsWith('data:') ? undefined : 'image/png');
    }
    case 'input_audio': {
      const audio = objectIn(part, 'input_audio') ?? {};
      const data = textIn(audio, 'data');
      return data === undefined
        ? undefined
        : fileWith(data, textIn(audio, 'format') === 'mp3' ? 'audio/mpeg' : 'audio/wav');
    }
    case 'file':
    case 'input_file': {
      const file = type === 'input_file' ? part : (objectIn(part, 'file') ?? {});
      const [name, data] = [textIn(file, 'filename'), textIn(file, 'file_data')];
      if (data !== undefined) return fileAt(data, name);
      return name === undefined ? undefined : fileNamed(name);
    }
    case 'image':
    case 'document': {
      const source = objectIn(part, 'source') ?? {};
      const media = textIn(source, 'media_type') ?? (type === 'image' ? 'image/png' : 'application/pdf');
      const [data, url, name] = [textIn(source, 'data'), textIn(source, 'url'), textIn(part, 'title')];
      if (data !== undefined) return fileWith(data, media, name);
      return url === undefined ? undefined : fileAt(url, name, media);
    }
    default:
      return undefined;
  }
}

function resultOf(part: JsonObject, unknown: (type: string) => void): Piece {
  const pieces = piecesOf(part.content ?? '', unknown);
  return {
    ...nothing(),
    text: pieces.map(({ text }) => text).join('\n'),
    attachments: pieces.flatMap(({ attachments }) => attachments),
    resultOf: textIn(part, 'tool_use_id') ?? '',
  };
}

/** Returns the tool calls of a chat completion's message, including the older single `function_call`. */
export function callsOf(message: JsonObject): ToolCall[] {
  const old = objectIn(message, 'function_call');
  const calls = [...objectsIn(message, 'tool_calls'), ...(old === undefined ? [] : [{ function: old }])];
  return calls.map((call) => {
    const named = objectIn(call, 'function') ?? call;
    const name = textIn(named, 'name') ?? '';
    // An older call has no id. Its result refers to the function's name.
    return { id: textIn(call, 'id') ?? name, name, arguments: argumentsOf(named.arguments ?? {}) };
  });
}

/** Returns arguments as JSON text. Text that is not JSON, e.g. a program, becomes the member `input`. */
export function argumentsOf(given: Json): string {
  if (typeof given !== 'string') return JSON.stringify(given);
  try {
    JSON.parse(given);
    return given;
  } catch {
    return JSON.stringify({ input: given });
  }
}

function nothing(): Piece {
  return { text: '', reasoning: '', refusal: '', toolCalls: [], attachments: [] };
}

/** Joins two texts as paragraphs. */
export function joined(one: string, other: string): string {
  return one === '' || other === '' ? one + other : `${one}\n\n${other}`;
}

/** Reads a time: Unix time in s, ms, µs or ns, or ISO 8601 (UTC if it has no zone). Returns Unix time in ms. */
export function timeIn(object: JsonObject, ...names: string[]): number | undefined {
  for (const name of names) {
    const number = numberIn(object, name);
    const unixMs = number === undefined ? undefined : unixTimeMs(number);
    if (unixMs !== undefined) return unixMs;
    const text = textIn(object, name);
    const ms =
      text === undefined ? Number.NaN : Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    if (Number.isFinite(ms)) return ms;
  }
  return undefined;
}

/** Returns Unix time in ms. The number's size shows the unit: times from 1973 to 5138 are recognised. */
function unixTimeMs(time: number): number | undefined {
  if (time <= 0) return undefined;
  if (time < 1e11) return time * 1000;
  if (time < 1e14) return time;
  if (time < 1e17) return time / 1e3;
  return time < 1e20 ? time / 1e6 : undefined;
}
