import * as z from 'zod/mini';

/** The name of a function or of a schema, as OpenAI accepts it. */
export const name = z
  .string()
  .check(z.regex(/^[\w-]{1,64}$/, "expected a string that matches '^[a-zA-Z0-9_-]{1,64}$'"));
