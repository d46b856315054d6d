/** A longer prompt is unlikely to be a calculation. */
const MAX_CHARACTERS = 200;

const OPENING =
  /^\s*(?:(?:please|can you|could you|what(?:'s| is| are)|how much (?:is|are)|calculate|compute|work out|evaluate|solve)\s+)*/i;
const PERCENTAGE = /^([\d.,]+)\s*(?:%|per ?cent) of ([\d.,]+)$/i;
const ROOT = /^(?:the )?square root of ([\d.,]+)$/i;
const WORDS: readonly [RegExp, string][] = [
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\btimes\b|×|·/gi, '*'],
  [/\bdivided by\b|÷/gi, '/'],
];

/** Returns e.g. "2 + 2 = **4**"; undefined when the prompt has no calculation. */
export function arithmeticAnswer(prompt: string): string | undefined {
  if (prompt.length > MAX_CHARACTERS) return undefined;
  const question = prompt
    .trim()
    .replace(OPENING, '')
    .replace(/[\s=?.!]+$/, '');
  const [, share, whole] = PERCENTAGE.exec(question) ?? [];
  if (share !== undefined && whole !== undefined) {
    return answer(`${share} % of ${whole}`, (numberOf(share) / 100) * numberOf(whole));
  }
  const [, square] = ROOT.exec(question) ?? [];
  if (square !== undefined) return answer(`√${square}`, Math.sqrt(numberOf(square)));
  const sum = WORDS.reduce((text, [word, sign]) => text.replace(word, sign), question);
  if (!/^[-\d\s.+*/^()]+$/.test(sum) || !/\d\s*[-+*/^]\s*[-(]*\d/.test(sum)) return undefined;
  // A date or a telephone number is not a calculation.
  if (/\d-\d+-\d|\d\/\d+\/\d/.test(sum)) return undefined;
  const value = resultOf(sum);
  return value === undefined ? undefined : answer(sum.replace(/\s*([-+*/^])\s*/g, ' $1 ').trim(), value);
}

function answer(sum: string, value: number): string {
  if (!Number.isFinite(value)) return `${sum} has no value: nothing can be divided by zero.`;
  return `${sum} = **${value.toLocaleString('en-US', { maximumFractionDigits: 10 })}**`;
}

const numberOf = (text: string): number => Number(text.replaceAll(',', ''));

/** Computes a calculation with the usual precedence; undefined when the text is not one. */
function resultOf(sum: string): number | undefined {
  const parts = sum.match(/\d+(?:\.\d+)?|[-+*/^()]/g) ?? [];
  if (parts.join('') !== sum.replace(/\s/g, '')) return undefined;
  let at = 0;
  const take = (...signs: string[]): string | undefined =>
    signs.includes(parts[at] ?? '') ? parts[at++] : undefined;

  const added = (): number => {
    let value = multiplied();
    for (let sign = take('+', '-'); sign !== undefined; sign = take('+', '-')) {
      value += (sign === '+' ? 1 : -1) * multiplied();
    }
    return value;
  };
  const multiplied = (): number => {
    let value = signed();
    for (let sign = take('*', '/'); sign !== undefined; sign = take('*', '/')) {
      const next = signed();
      value = sign === '*' ? value * next : value / next;
    }
    return value;
  };
  const signed = (): number => (take('-') === undefined ? raised() : -signed());
  const raised = (): number => {
    const base = single();
    return take('^') === undefined ? base : base ** signed();
  };
  const single = (): number => {
    if (take('(') === undefined) return Number(parts[at++] ?? Number.NaN);
    const value = added();
    return take(')') === undefined ? Number.NaN : value;
  };

  const value = added();
  return at === parts.length && !Number.isNaN(value) ? value : undefined;
}
