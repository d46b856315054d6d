import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const require = createRequire(import.meta.url);

/** The published schema of HAR 1.2. */
export function harSchema(): ValidateFunction {
  const parts: Record<string, AnySchemaObject> = require('har-schema');
  // HAR's schemas are of draft 6, with some members that draft 6 does not have.
  const ajv = new Ajv({ strict: false }).addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json'));
  addFormats.default(ajv);
  const { har, ...rest } = parts;
  if (har === undefined) throw new Error('har-schema has no "har"');
  return ajv.addSchema(Object.values(rest)).compile(har);
}

/** A schema of this project's `schemas/`. */
export function ownSchema(name: string): ValidateFunction {
  const ajv = new Ajv2020();
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(new URL(`../../../schemas/${name}`, import.meta.url), 'utf8')));
}
