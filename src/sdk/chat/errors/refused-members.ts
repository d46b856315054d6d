import { isRecord, parseJson, stringOf } from '../../../common/json.js';
import { withoutFraming } from './framed-body.js';

/** Members of an error that quote the request. Names in them don't mean that the provider refuses them. */
const ECHOED = /^(input|body|request|ctx)$/;
/** Matches the part of a message that lists correct alternatives. */
const PROPOSALS =
  /\b(expected one of|did you mean|supported parameters|allowed|instead|use ['"`]?max_)[\s\S]*/i;
/** Matches the refused value in Pydantic's errors written as text. */
const ECHOED_TEXT = /(['"])input\1\s*:[\s\S]*?(?=(['"])type\2\s*:|$)/g;

/** An error's contents, without the quoted request. */
interface ErrorContents {
  texts: string[];
  /** The members that `param` and `loc` point to, without `body` at the start. */
  pointed: string[];
}

/**
 * Returns which of the request members in `names` an error refuses, in no particular order. `body` is that of an
 * answer with status 400 or 422: JSON of any shape, or text. Members that the error only proposes, or quotes with the
 * whole request, don't count.
 */
export function refusedMembers(body: string, names: readonly string[]): string[] {
  const error = withoutFraming(body);
  const contents: ErrorContents = { texts: [], pointed: [] };
  const json = parseJson(error);
  if (json === undefined) contents.texts.push(error);
  else collect(json, contents, 0);
  const pointed = names.filter((name) => contents.pointed.includes(name));
  if (pointed.length > 0) return pointed;
  const texts = contents.texts.map((text) => text.replace(ECHOED_TEXT, '').replace(PROPOSALS, ''));
  return names.filter((name) => texts.some((text) => mentions(text, name)));
}

/** Returns an error body without members that repeat the request. @param parsed the body, if it is JSON */
export function withoutEchoes(body: string, parsed: unknown): string {
  if (parsed === undefined) return body.replace(ECHOED_TEXT, '');
  return JSON.stringify(parsed, (name, value) => (ECHOED.test(name) ? undefined : value)) ?? '';
}

function collect(value: unknown, contents: ErrorContents, depth: number): void {
  if (depth > 8) return;
  if (typeof value === 'string') {
    const nested = /^\s*[[{]/.test(value) ? parseJson(value) : undefined;
    if (nested === undefined) contents.texts.push(value);
    else collect(nested, contents, depth + 1);
  } else if (Array.isArray(value)) {
    for (const item of value.slice(0, 100)) collect(item, contents, depth + 1);
  } else if (isRecord(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (name === 'loc' && Array.isArray(member)) {
        const [first, second] = member;
        contents.pointed.push(stringOf(first === 'body' ? second : first));
      } else if (name === 'param') {
        contents.pointed.push(stringOf(member).split(/[.[]/)[0] ?? '');
      } else if (!ECHOED.test(name)) {
        collect(member, contents, depth + 1);
      }
    }
  }
}

/** Whether the text mentions the member. An ordinary word, e.g. `stop`, counts only in quotes or after "parameter". */
function mentions(text: string, name: string): boolean {
  const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const either = camel === name ? name : `${name}|${camel}`;
  const before =
    name.includes('_') || name.length >= 8
      ? '(?<![A-Za-z0-9_])'
      : '(?:["\'`]|\\b(?:arguments?|parameters?|fields?|supplied|property|member)\\b:?\\s+)';
  return new RegExp(`${before}(?:${either})(?![A-Za-z0-9_])`).test(text);
}
