import * as z from 'zod/mini';
import { createRandom, normal } from '../../common/random.js';
import { invalidRequest } from '../chat/invalid-request.js';
import { parseBody } from '../chat/parse-body.js';
import { jsonReply, type Reply } from '../chat/reply.js';
import { estimateTokens } from '../chat/tokens.js';

const DEFAULT_DIMENSIONS = 1536;

const tokens = z.array(z.int());
const body = z.object({
  model: z.string(),
  input: z.union([
    z.string(),
    z.array(z.string()).check(z.minLength(1), z.maxLength(2048)),
    tokens.check(z.minLength(1)),
    z.array(tokens).check(z.minLength(1)),
  ]),
  encoding_format: z.nullish(z.enum(['float', 'base64'])),
  dimensions: z.nullish(z.int().check(z.minimum(1, 'integer'), z.maximum(3072, 'integer'))),
});

/**
 * Returns the reply to OpenAI's "Create embeddings". Each input gets a vector of length 1, and equal inputs get equal
 * vectors.
 * @throws {ApiError} 400 for an invalid body
 */
export function embeddingsReply(text: string): Reply {
  const parsed = body.safeParse(parseBody(text), { reportInput: true });
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  const { model, input, encoding_format: encoding, dimensions } = parsed.data;
  const inputs = inputsOf(input);
  const used = inputs.reduce((sum, one) => sum + one.tokens, 0);
  return jsonReply(200, {
    object: 'list',
    data: inputs.map(({ key }, index) => {
      const vector = embeddingOf(key, dimensions ?? DEFAULT_DIMENSIONS);
      const embedding = encoding === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector];
      return { object: 'embedding', index, embedding };
    }),
    model,
    usage: { prompt_tokens: used, total_tokens: used },
  });
}

function inputsOf(input: z.infer<typeof body>['input']): { key: string; tokens: number }[] {
  const ofText = (text: string) => ({ key: text, tokens: estimateTokens(text) });
  const ofTokens = (ids: readonly number[]) => ({ key: ids.join(' '), tokens: ids.length });
  if (typeof input === 'string') return [ofText(input)];
  const texts = input.filter((one) => typeof one === 'string');
  if (texts.length > 0) return texts.map(ofText);
  const lists = input.filter((one) => Array.isArray(one));
  if (lists.length > 0) return lists.map(ofTokens);
  return [ofTokens(input.filter((one) => typeof one === 'number'))];
}

function embeddingOf(key: string, dimensions: number): Float32Array {
  let seed = 0;
  for (let index = 0; index < key.length; index += 1)
    seed = (Math.imul(seed, 31) + key.charCodeAt(index)) | 0;
  const random = createRandom(seed);
  const values = Array.from({ length: dimensions }, () => normal(random));
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}
