/** Shorter keys would tear holes into ordinary words. */
const SHORTEST_KEY = 8;

/**
 * The ways in which these keys may stand in a text: as they are, in a URL, in JSON, and in Base64, also as a part of a
 * longer text that was encoded. The longest first, since one may be the beginning of another.
 */
export function keyForms(keys: readonly string[]): string[] {
  const forms = keys
    .filter((key) => key.length >= SHORTEST_KEY)
    .flatMap((key) => {
      const inUrl = encodeURIComponent(key);
      const percentLower = inUrl.replace(/%../g, (code) => code.toLowerCase());
      const base64 = [Buffer.from(key).toString('base64'), ...base64Within(key)];
      const base64Url = base64.map((text) =>
        text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
      );
      const inJson = JSON.stringify(key).slice(1, -1);
      return [key, inUrl, percentLower, inJson, inJson.replaceAll('/', '\\/'), ...base64, ...base64Url];
    });
  return [...new Set(forms)].sort((one, other) => other.length - one.length);
}

/** The text with `[key removed]` wherever one of these keys stands in it, in any form. */
export function hideKeys(text: string, keys: readonly string[]): string {
  return createKeyHider(keys)(text);
}

/** `hideKeys` for many texts. */
export function createKeyHider(keys: readonly string[]): (text: string) => string {
  const forms = keyForms(keys);
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, '[key removed]'), text);
}

/** The characters of Base64 that depend on the key alone, for each place that its first byte may have in a group of three. */
function base64Within(key: string): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.from('\0'.repeat(before) + key).toString('base64');
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + Buffer.byteLength(key)) * 8) / 6));
  });
}
