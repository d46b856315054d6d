import type { Attachment } from '../../common/chat/attachments.js';
import { integer, integerOrNull, type Row, text, textOrNull } from '../file/database.js';
import type { JsonObject } from '../types.js';
import type { Draft } from './conversation.js';
import { fileAt, fileNamed, fileWith } from './files.js';

/** Returns the model and the figures of a response or a turn. */
export function answeredBy(row: Row): Pick<Draft, 'endpoint' | 'model' | 'metrics'> {
  const [input, output] = [integerOrNull(row, 'input_tokens'), integerOrNull(row, 'output_tokens')];
  const metrics: JsonObject = {
    ...(integer(row, 'duration_ms') > 0 && { e2eMs: integer(row, 'duration_ms') }),
    ...(input !== null && { promptTokens: input }),
    ...(output !== null && { outputTokens: output, tokensEstimated: false }),
  };
  return { endpoint: 'llm', model: textOrNull(row, 'resolved_model') ?? textOrNull(row, 'model'), metrics };
}

/** Reads a row of the table `attachments`. */
export function attachmentIn(row: Row): Attachment {
  const type = textOrNull(row, 'type') ?? undefined;
  const [url, path] = [textOrNull(row, 'url'), textOrNull(row, 'path')];
  const name = path?.split(/[\\/]/).at(-1);
  if (row.content instanceof Uint8Array && row.content.length > 0)
    return fileWith(Buffer.from(row.content).toString('base64'), type ?? 'application/octet-stream', name);
  if (url !== null) return fileAt(url, name, type);
  return fileNamed(name ?? text(row, 'id'), type);
}
