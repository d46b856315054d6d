/** What stands in the page beside it: JSON, deflated, in Base64. */
export async function embedded(id: string): Promise<unknown> {
  const text = document.getElementById(id)?.textContent?.trim() ?? '';
  const inflated = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(inflated).text());
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
