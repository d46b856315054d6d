import { isRecord, type JsonRecord as Schema } from '../../common/json.js';
import type { Random } from '../../common/random.js';
import { pick } from '../random.js';

/** Below this depth, optional members are omitted and lists are empty. */
const MAX_DEPTH = 6;
/** Below this depth, required members are omitted, too: a schema may require itself. */
const DEPTH_LIMIT = 20;
/** The most values of one example, in case a schema requires itself many times. */
const MAX_VALUES = 5_000;

const FORMATS: Record<string, string> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00Z',
  time: '12:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
};

const WORDS = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot'] as const;

/**
 * Returns a value that fits a JSON schema. It prefers values from the schema's own examples, defaults and enumerations.
 * Supports the keywords of structured outputs (type, enum, const, properties, items, anyOf, oneOf, allOf, local $ref,
 * bounds), but no patterns.
 */
export function schemaExample(schema: unknown, random: Random): unknown {
  let left = MAX_VALUES;
  const exampleAt = (given: unknown, depth: number): unknown => {
    left -= 1;
    if (!isRecord(given) || depth > DEPTH_LIMIT || left < 0) return null;
    return exampleOf(given, schema, random, depth, (inner) => exampleAt(inner, depth + 1));
  };
  return exampleAt(schema, 0);
}

function exampleOf(
  schema: Schema,
  root: unknown,
  random: Random,
  depth: number,
  inner: (schema: unknown) => unknown,
): unknown {
  if (typeof schema.$ref === 'string') return inner(resolve(schema.$ref, root));
  if ('const' in schema) return schema.const;
  const offered = [schema.enum, schema.examples].find((list) => Array.isArray(list) && list.length > 0);
  if (Array.isArray(offered)) return oneOf(offered, random);
  if ('default' in schema) return schema.default;
  if (Array.isArray(schema.allOf)) return inner(merge(schema, schema.allOf));
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray);
  if (branches !== undefined)
    return inner(branches.find((branch) => isRecord(branch) && branch.type !== 'null'));

  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, inner, depth);
    case 'array': {
      const least = numberOr(schema.minItems, 1);
      const size = depth >= MAX_DEPTH ? numberOr(schema.minItems, 0) : Math.min(Math.max(least, 1), 100);
      return Array.from({ length: Math.min(size, numberOr(schema.maxItems, size)) }, () =>
        inner(schema.items ?? {}),
      );
    }
    case 'integer':
    case 'number':
      return numberIn(schema, random);
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    default:
      return textFor(schema, random);
  }
}

function objectOf(schema: Schema, inner: (schema: unknown) => unknown, depth: number): unknown {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  return Object.fromEntries(
    properties
      .filter(([name]) => depth < MAX_DEPTH || required.includes(name))
      .map(([name, property]) => [name, inner(property)]),
  );
}

/** Returns a small number if the bounds allow one. */
function numberIn(schema: Schema, random: Random): number {
  const whole = typeOf(schema) === 'integer';
  const step = whole ? 1 : 0;
  const min = numberOr(schema.minimum, numberOr(schema.exclusiveMinimum, -Infinity) + step);
  const max = numberOr(schema.maximum, numberOr(schema.exclusiveMaximum, Infinity) - step);
  const high = Math.min(max, Math.max(min, 0) + 100);
  const low = Math.max(min, high < 0 ? high - 100 : 0);
  const value = low + random() * (high - low);
  if (whole) return Math.min(Math.ceil(value), Math.floor(high));
  const short = Number(value.toFixed(2));
  return short > low && short < high ? short : value;
}

function textFor(schema: Schema, random: Random): string {
  const fixed = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined;
  const text = fixed ?? pick(WORDS, random);
  return text
    .padEnd(Math.min(numberOr(schema.minLength, 0), 1000), '.')
    .slice(0, numberOr(schema.maxLength, 1000));
}

function typeOf(schema: Schema): unknown {
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== 'null');
  return schema.type ?? (schema.properties === undefined ? 'string' : 'object');
}

/** Resolves a reference within the schema, e.g. `#/$defs/item`. */
function resolve(reference: string, root: unknown): unknown {
  return reference
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((at, step) => (isRecord(at) && Object.hasOwn(at, step) ? at[step] : undefined), root);
}

/** Merges a schema with the parts of its `allOf`. */
function merge({ allOf: _, ...own }: Schema, parts: readonly unknown[]): Schema {
  const all = [own, ...parts.filter(isRecord)];
  const properties = all.flatMap((part) =>
    isRecord(part.properties) ? Object.entries(part.properties) : [],
  );
  return Object.assign({}, ...all, { properties: Object.fromEntries(properties) });
}

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

function oneOf(options: readonly unknown[], random: Random): unknown {
  return options[Math.floor(random() * options.length)];
}
