/**
 * Returns a server-sent event named after the `type` of its data, like those of OpenAI's Responses API and Anthropic.
 */
export function namedEvent(data: { type: string; [member: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
