/** Matches the beginning of an event stream. */
const FRAMED = /^\s*(?:(?:data|event|id|retry):|:[^\n]*\n)/;

/** Returns the data of a body that is framed as an event stream, or another body unchanged. */
export function withoutFraming(body: string): string {
  if (!FRAMED.test(body)) return body;
  const data = body
    .split(/\r\n|\r|\n/)
    .flatMap((line) => /^\s*data:(.*)$/.exec(line)?.[1]?.trim() ?? [])
    .filter((text) => text !== '' && text !== '[DONE]');
  return data.length === 0 ? body : data.join('\n');
}
