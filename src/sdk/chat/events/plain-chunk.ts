import { isRecord, type JsonRecord } from '../../../common/json.js';

/** A chunk of a chat completion in its most common form: the first choice with a text, a finish reason, or both. */
export interface PlainChunk {
  readonly model: unknown;
  /** Empty without text. */
  readonly text: string;
  readonly reason: string | undefined;
}

const EVENT: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'system_fingerprint',
  'service_tier',
  'obfuscation',
  'choices',
]);
const CHOICE: ReadonlySet<string> = new Set(['index', 'delta', 'finish_reason', 'logprobs']);
const DELTA: ReadonlySet<string> = new Set(['role', 'content']);

/**
 * Reads an event that has only the members of a plain chunk; undefined for any other event. Nearly all events are plain,
 * and looking for everything that an event may contain takes longer than parsing it.
 */
export function plainChunkOf(event: unknown): PlainChunk | undefined {
  if (!isRecord(event) || !hasOnly(event, EVENT) || event.object === 'error') return undefined;
  const { choices, model } = event;
  const choice: unknown = Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined;
  if (!isRecord(choice) || !hasOnly(choice, CHOICE) || (choice.index ?? 0) !== 0) return undefined;
  const { delta, finish_reason: reason = null } = choice;
  if (!isRecord(delta) || !hasOnly(delta, DELTA)) return undefined;
  const { content = null } = delta;
  if (content !== null && typeof content !== 'string') return undefined;
  if (reason !== null && typeof reason !== 'string') return undefined;
  return { model, text: content ?? '', reason: reason ?? undefined };
}

/** Whether all members that are not null have one of the names. */
export function hasOnly(object: JsonRecord, names: ReadonlySet<string>): boolean {
  for (const name in object) if (!names.has(name) && object[name] !== null) return false;
  return true;
}

const STRING = String.raw`"[^"\\\x00-\x1f]*"`;
/** Matches a plain chunk as most servers write it: with these members in this order, without spaces and escapes. */
const WRITTEN = new RegExp(
  String.raw`^\{(?:"id":${STRING},)?(?:"object":"chat\.completion\.chunk",)?(?:"created":[1-9]\d*,)?(?:"model":(${STRING}),)?` +
    String.raw`(?:"(?:service_tier|system_fingerprint)":(?:null|${STRING}),){0,2}"choices":\[\{"index":0,"delta":\{` +
    String.raw`(?:"role":"assistant"|(?:"role":"assistant",)?"content":(null|${STRING}))?\}(?:,"logprobs":null)?` +
    String.raw`(?:,"finish_reason":(null|${STRING}))?\}\](?:,"usage":null)?\}$`,
);

/**
 * Reads the JSON text of a plain chunk in its most common form; undefined for any other text. Parsing all of it takes
 * four times as long.
 */
export function writtenChunkOf(json: string): PlainChunk | undefined {
  const found = WRITTEN.exec(json);
  if (found === null) return undefined;
  const [, model, content, reason] = found;
  return { model: parsed(model), text: parsed(content) ?? '', reason: parsed(reason) };
}

/** Parses the string, although it has no escapes: a slice would keep the whole event in memory. */
function parsed(written = 'null'): string | undefined {
  return written === 'null' ? undefined : JSON.parse(written);
}
