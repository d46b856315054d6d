import type { Json, JsonObject } from './types.js';

/** Converts a value to plain JSON, as `JSON.stringify` would. Returns null for undefined. */
export function toJson(value: unknown): Json {
  const written: string | undefined = JSON.stringify(value);
  return written === undefined ? null : parseJson(written);
}

export function parseJson(written: string): Json {
  return JSON.parse(written);
}

export function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** The functions below return a member of one type. A member of another type counts as missing. */
export function textIn(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}

export function numberIn(object: JsonObject, name: string): number | undefined {
  const value = object[name];
  return typeof value === 'number' ? value : undefined;
}

export function objectIn(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name] ?? null;
  return isObject(value) ? value : undefined;
}

export function listIn(object: JsonObject, name: string): readonly Json[] {
  const value = object[name] ?? null;
  return isList(value) ? value : [];
}

export function objectsIn(object: JsonObject, name: string): readonly JsonObject[] {
  return listIn(object, name).filter(isObject);
}
