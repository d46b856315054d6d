import { isRecord, type JsonRecord as Schema } from '../../common/json.js';
import { ApiError } from '../http/api-error.js';

/** Limits the depth of the check, because of hostile schemas. OpenAI's own limit is ten levels. */
const MAX_DEPTH = 32;

/**
 * Checks a schema with `strict: true` as OpenAI does: every object needs `additionalProperties: false`, and all its
 * properties must be required.
 * @param of the schema's name in the message, e.g. `response_format 'city'`
 * @throws {ApiError} 400 for the first object that breaks a rule
 * @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function checkStrictSchema(schema: Schema, of: string, param: string): void {
  const refuse = (context: readonly string[], reason: string): never => {
    const where = context.map((step) => `'${step}'`).join(', ');
    throw new ApiError(400, {
      message: `Invalid schema for ${of}: In context=(${where}), ${reason}`,
      param,
      code: of.startsWith('function') ? 'invalid_function_parameters' : null,
    });
  };

  const check = (given: unknown, context: readonly string[]): void => {
    if (!isRecord(given) || context.length > 2 * MAX_DEPTH) return;
    const { type, properties, items, required } = given;
    if (type === 'object' || isRecord(properties)) {
      if (given.additionalProperties !== false) {
        refuse(context, "'additionalProperties' is required to be supplied and to be false.");
      }
      const names = isRecord(properties) ? Object.keys(properties) : [];
      const listed = Array.isArray(required) ? required : [];
      const missing = names.find((name) => !listed.includes(name));
      if (missing !== undefined) {
        refuse(
          context,
          `'required' is required to be supplied and to be an array including every key in properties. Missing '${missing.slice(0, 64)}'.`,
        );
      }
    }
    for (const member of ['properties', '$defs', 'definitions']) {
      const inner = given[member];
      if (!isRecord(inner)) continue;
      for (const [name, one] of Object.entries(inner)) check(one, [...context, member, name]);
    }
    if (Array.isArray(given.anyOf)) {
      for (const [index, one] of given.anyOf.entries()) check(one, [...context, 'anyOf', String(index)]);
    }
    check(items, [...context, 'items']);
  };

  if (schema.type !== 'object') {
    refuse(
      [],
      `schema must be a JSON Schema of 'type: "object"', got 'type: "${String(schema.type ?? 'None')}"'.`,
    );
  }
  check(schema, []);
}
