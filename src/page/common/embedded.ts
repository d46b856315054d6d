/** Reads the JSON in the page's element `id`, which is deflated and Base64-encoded. */
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
