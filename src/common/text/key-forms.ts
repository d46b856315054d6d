/** Shorter keys are not hidden, because they could be parts of ordinary words. */
const SHORTEST_KEY = 8;

/**
 * Returns the forms of these keys in a text: unchanged, in a URL, in JSON, and in Base64, even within a longer
 * encoded text. The longest come first, because a form may be the beginning of another.
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

/** Replaces these keys, in any form, with `[key removed]`. */
export function hideKeys(text: string, keys: readonly string[]): string {
  return createKeyHider(keys)(text);
}

/** Returns a function like `hideKeys` for many texts. */
export function createKeyHider(keys: readonly string[]): (text: string) => string {
  const forms = keyForms(keys);
  return (text) => forms.reduce((rest, form) => rest.replaceAll(form, '[key removed]'), text);
}

/**
 * Returns the Base64 characters that depend only on the key, for each position of its first byte in a group of three.
 */
function base64Within(key: string): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.from('\0'.repeat(before) + key).toString('base64');
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + Buffer.byteLength(key)) * 8) / 6));
  });
}
