import * as z from 'zod/mini';
import { invalidRequest } from '../chat/invalid-request.js';
import { parseBody } from '../chat/parse-body.js';
import { jsonReply, type Reply } from '../chat/reply.js';
import { piecesOf } from '../content/pieces.js';

const MAX_MODEL_LENGTH = 128_000;

const body = z.union([
  // llama.cpp
  z.object({ content: z.string() }),
  // vLLM
  z.object({ prompt: z.string(), return_token_strs: z.nullish(z.boolean()) }),
  z.object({
    messages: z.array(z.object({ role: z.string(), content: z.nullish(z.string()) })),
    return_token_strs: z.nullish(z.boolean()),
  }),
]);

/**
 * Returns the reply to `POST /tokenize`: in llama.cpp's format for a body with `content`, in vLLM's for `prompt` or
 * `messages`.
 * @throws {ApiError} 400 for an invalid body
 */
export function tokenizeReply(text: string): Reply {
  const parsed = body.safeParse(parseBody(text), { reportInput: true });
  if (!parsed.success) throw invalidRequest(parsed.error.issues);
  const { data } = parsed;
  if ('content' in data) return jsonReply(200, { tokens: piecesOf(data.content).map(idOf) });
  const whole = 'prompt' in data ? data.prompt : data.messages.map(({ content }) => content ?? '').join('\n');
  const pieces = piecesOf(whole);
  return jsonReply(200, {
    count: pieces.length,
    max_model_len: MAX_MODEL_LENGTH,
    tokens: pieces.map(idOf),
    token_strs: data.return_token_strs === true ? pieces : null,
  });
}

/** Returns an id for a piece. Equal pieces get equal ids. */
function idOf(piece: string): number {
  let hash = 5381;
  for (let index = 0; index < piece.length; index += 1)
    hash = (Math.imul(hash, 33) ^ piece.charCodeAt(index)) >>> 0;
  return hash % 100_000;
}
