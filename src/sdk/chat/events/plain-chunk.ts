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
