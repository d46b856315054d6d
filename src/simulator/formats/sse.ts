/** A server-sent event whose name is its data's `type`, as OpenAI's Responses API and Anthropic write them. */
export function namedEvent(data: { type: string; [member: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}
