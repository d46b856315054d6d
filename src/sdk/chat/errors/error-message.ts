import { isRecord, type JsonRecord, parseJson, recordOf, stringOf } from '../../../common/json.js';
import { beginningOf } from '../../../common/text/beginning.js';
import { withoutEntities } from '../../../common/text/entities.js';
import { pythonDictionary } from '../repairs/python-literals.js';
import { withoutFraming } from './framed-body.js';

/** The depth to which nested errors are read. */
const MAX_DEPTH = 12;
/** When a body lists several errors, the message repeats at most this many of them. */
const MAX_LISTED = 5;
/** The most characters of a body of events that are read. */
const MAX_EVENTS_CHARS = 65_536;
/** Members with an error's message, the most common first. */
const WORDS = [
  'message',
  'Message',
  'msg',
  'Msg',
  'detail',
  'error_description',
  'error_message',
  'errorMessage',
  'error_msg',
  'errorMsg',
  'defaultMessage',
  'ErrorMsg',
  'errmsg',
  'html-message',
  'status_msg',
  'faultstring',
] as const;
/** Members with a list of errors. */
const LISTS = ['errors', 'issues', 'fieldViolations', 'violations', 'details'] as const;
/** Members in which a gateway passes on another server's error. */
const CAUSES = [
  'raw',
  'cause',
  'err',
  'last_error',
  'upstream_error',
  'upstream_message',
  'upstream',
  'original_error',
  'inner_error',
  'innererror',
  'external_model_error',
  'provider_error',
  'upstream_details',
  'fault',
  'previous_errors',
  'attempts',
  'Error',
  'Response',
  'ResponseMetadata',
] as const;
/** Members in which a gateway passes on another server's error as JSON. Other texts in them are no error. */
const BODIES = ['upstream_response', 'response', 'responseBody', 'body', 'data'] as const;

/**
 * Returns an error's message on one line, with the field that it refers to and the nested cause. Reads objects, lists
 * (validators), routers' `metadata.raw`, JSON inside texts, and web pages. Returns an empty text when there is no
 * message.
 */
export function errorMessageIn(error: unknown): string {
  return wordsOf(error, 0);
}

function wordsOf(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) return '';
  if (typeof value === 'string') return wordsOfText(value, depth);
  if (Array.isArray(value)) return listed(value, depth);
  return isRecord(value) ? wordsOfRecord(value, depth) : '';
}

function wordsOfText(text: string, depth: number): string {
  if (isWebPage(text)) return webPageTitle(text);
  const inXml = /^\s*<(?:\?xml|error)\b[\s\S]*?<message>([^<]+)<\/message>/i.exec(text.slice(0, 4096))?.[1];
  if (inXml !== undefined) return inXml.trim();
  const beginning = text.slice(0, MAX_EVENTS_CHARS);
  const data = withoutFraming(beginning);
  if (data !== beginning && depth < MAX_DEPTH) return wordsOfText(data, depth + 1);
  const start = text.search(/[[{]/);
  if (start === -1) return text.trim();
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  const inner = wordsOfJson(text.slice(start, end + 1), depth);
  if (inner === '') return text.trim();
  return joined(
    text
      .slice(0, start)
      .replace(/\bb['"]$/, '')
      .replace(/[\s:,–-]+$/, '')
      .trim(),
    inner,
  );
}

/** Reads JSON, the first of several JSON lines, or a Python dictionary as its `str()` writes it. */
function wordsOfJson(text: string, depth: number): string {
  const json = parseJson(text) ?? parseJson(text.split('\n', 1)[0] ?? '') ?? pythonDictionary(text);
  if (json !== undefined) return wordsOf(json, depth + 1);
  if (!/^[[{]+\s*'/.test(text)) return '';
  const found = /'(?:message|detail|msg)'\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/.exec(text);
  const steps = /'loc'\s*:\s*\(([^)]*)\)/.exec(text)?.[1]?.match(/[\w-]+/g) ?? [];
  return withField(fieldAt(steps), (found?.[1] ?? found?.[2] ?? '').replace(/\\(['"])/g, '$1'));
}

function listed(values: readonly unknown[], depth: number): string {
  const words = values.map((value) => wordsOf(value, depth + 1)).filter((words) => words !== '');
  const more = words.length > MAX_LISTED ? [`and ${words.length - MAX_LISTED} more`] : [];
  return [...new Set(words.slice(0, MAX_LISTED)), ...more].join('; ');
}

function wordsOfRecord(record: JsonRecord, depth: number): string {
  const message = WORDS.map((name) => wordsOf(record[name], depth + 1)).find((words) => words !== '') ?? '';
  const { error, title, description, metadata } = record;
  const above = typeof error === 'string' ? wordsOf(error, depth + 1) : stringOf(title);
  const words = joined(above, message === '' ? stringOf(description) : message);
  const parts = [
    isRecord(error) || Array.isArray(error) ? wordsOf(error, depth + 1) : '',
    ...LISTS.map((name) => errorsIn(record[name], depth)),
    ...[record, recordOf(metadata)].flatMap((one) => [
      ...CAUSES.map((name) => wordsOf(one[name], depth + 1)),
      ...BODIES.map((name) => wordsOfBody(one[name], depth)),
    ]),
  ];
  const whole = parts.reduce(joined, named(words, recordOf(metadata).provider_name));
  return withField(fieldOf(record), whole);
}

/** Returns the error in a body: an object, or JSON as text. */
function wordsOfBody(value: unknown, depth: number): string {
  const json = typeof value === 'string' && /^\s*[[{]/.test(value) ? parseJson(value) : value;
  return isRecord(json) || Array.isArray(json) ? wordsOf(json, depth + 1) : '';
}

/** Reads a list of errors, or errors by field (`{"messages[0].content": ["is required"]}`). */
function errorsIn(value: unknown, depth: number): string {
  if (!isRecord(value)) return wordsOf(value, depth + 1);
  const entries = Object.entries(value);
  const byField = entries.flatMap(([field, errors]) =>
    Array.isArray(errors) ? [withField(field, listed(errors, depth + 1))] : [],
  );
  if (byField.length > 0) return listed(byField, depth);
  const words = wordsOf(value, depth + 1);
  return words === ''
    ? listed(
        entries.map(([field, error]) => withField(field, stringOf(error))),
        depth,
      )
    : words;
}

/** Members with the field of an error: a name, a path, or a JSON pointer. */
const FIELDS = [
  'param',
  'field',
  'instancePath',
  'pointer',
  'json_path',
  'target',
  'property',
  'loc',
] as const;

/** Matches texts that are no field: Python's null, which some gateways write as text, and a proxy's target. */
const NO_FIELD = /^(?:none|null|undefined)?$|:\/\//i;

/** Returns the field of an error, e.g. `messages.0.content`, from the steps in `loc` or `path`, or from `FIELDS`. */
function fieldOf(error: JsonRecord): string {
  const steps = [error.loc, error.path].find((value) => Array.isArray(value) && value.length > 0);
  if (Array.isArray(steps)) return fieldAt(steps);
  const names = [...FIELDS.map((name) => error[name]), recordOf(error.source).pointer].map(stringOf);
  const written = names.find((text) => !NO_FIELD.test(text)) ?? '';
  return written.replace(/^\/|^\$\.|^body\./, '').replaceAll('/', '.');
}

function fieldAt(steps: readonly unknown[]): string {
  return (steps[0] === 'body' ? steps.slice(1) : steps).join('.');
}

function withField(field: string, words: string): string {
  return field === '' || words === '' || words.includes(field) ? words : `${field}: ${words}`;
}

function named(words: string, name: unknown): string {
  const provider = stringOf(name);
  return words === '' || provider === '' ? words : `${words} (${provider})`;
}

/** Joins both texts, the outer one first. Leaves out a text that the other contains. */
function joined(outer: string, inner: string): string {
  if (inner === '' || outer.includes(inner)) return outer;
  return outer === '' || inner.includes(outer) ? inner : `${outer.replace(/[.:]\s*$/, '')}: ${inner}`;
}

/** Whether a body is HTML. */
export function isWebPage(body: string): boolean {
  return /^\s*(<!--[\s\S]{0,2000}?-->\s*)?<(!doctype html|html|head|body|center|h1)\b/i.test(body);
}

/** Returns a web page's title or heading, or its first words, on one line. */
export function webPageTitle(page: string): string {
  const start = page.slice(0, 16_384);
  // All error pages of Express have the title `Error`. Their body has the message.
  const message = /<title>Error<\/title>[\s\S]*<pre>([\s\S]*?)<\/pre>/i.exec(start)?.[1] ?? '';
  const heading = /<(title|h1|h2)\b[^>]*>([\s\S]*?)<\/\1/i.exec(start)?.[2] ?? '';
  const text = (html: string): string =>
    withoutEntities(html.replace(/<(script|style|head)\b[\s\S]*?(<\/\1>|$)/gi, ' ').replace(/<[^>]*>?/g, ' '))
      .replace(/\s+/g, ' ')
      .trim();
  return beginningOf(text(message), 100) || text(heading) || beginningOf(text(start), 100);
}
