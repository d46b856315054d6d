/** One sample of a metrics page. */
export interface MetricSample {
  readonly name: string;
  /** Labels in Prometheus syntax without braces: `model="m",le="0.5"`; empty without labels. */
  readonly labels: string;
  /** May be NaN or infinite. */
  readonly value: number;
  /** The type in the family's `# TYPE` line; `unknown` without such a line. */
  readonly type: string;
}

/** Counts of a whole page. */
interface PageEnd {
  readonly samples: number;
  /** Lines that are neither a sample nor a comment nor blank. */
  readonly unreadable: number;
}

/** Parses a metrics page incrementally. */
export interface Exposition {
  /** A piece may end anywhere, even within a character. */
  feed(piece: Uint8Array): void;
  end(): PageEnd;
}

/** In characters. A longer line is skipped. */
const MAX_LINE = 16_384;
const MAX_TYPES = 20_000;

/**
 * Parses the text formats of Prometheus and OpenMetrics. Skips timestamps, exemplars, units, help texts and unreadable
 * lines.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * @param onSample called for each sample, in order
 */
export function createExposition(onSample: (sample: MetricSample) => void): Exposition {
  const decoder = new TextDecoder();
  const types = new Map<string, string>();
  let rest = '';
  let tooLong = false;
  let samples = 0;
  let unreadable = 0;

  const line = (text: string): void => {
    const trimmed = text.trim();
    if (trimmed === '') return;
    if (trimmed.startsWith('#')) {
      const [, name, type] = /^#\s*TYPE\s+(\S+)\s+(\w+)/.exec(trimmed) ?? [];
      if (name !== undefined && type !== undefined && types.size < MAX_TYPES)
        types.set(unquoted(name), type.toLowerCase());
      return;
    }
    const sample = readSample(trimmed);
    if (sample === undefined) {
      unreadable += 1;
      return;
    }
    samples += 1;
    onSample({ ...sample, type: typeOf(sample.name, types) });
  };
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) {
      if (tooLong || one.length > MAX_LINE) unreadable += 1;
      else line(one);
      tooLong = false;
    }
    if (rest.length > MAX_LINE) [rest, tooLong] = ['', true];
  };
  return {
    feed: (piece) => take(decoder.decode(piece, { stream: true })),
    end() {
      take(`${decoder.decode()}\n`);
      return { samples, unreadable };
    },
  };
}

/** Suffixes that samples add to their family's name. */
const SUFFIX = /_(?:total|bucket|sum|count|created|gsum|gcount|info)$/;

function typeOf(name: string, types: ReadonlyMap<string, string>): string {
  return types.get(name) ?? types.get(name.replace(SUFFIX, '')) ?? 'unknown';
}

const NAME = /^[^\s{}"#,=]+/;
const VALUE = /^\s*([+-]?(?:\d[\d.]*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan))(?=\s|$)/i;

function readSample(text: string): Omit<MetricSample, 'type'> | undefined {
  const [plain = ''] = NAME.exec(text) ?? [];
  const after = text.slice(plain.length).trimStart();
  const labels = after.startsWith('{') ? readLabels(after) : undefined;
  if (after.startsWith('{') && labels === undefined) return undefined;
  const name = plain === '' ? labels?.name : plain;
  const [, written] = VALUE.exec(labels === undefined ? after : after.slice(labels.length)) ?? [];
  const value = written === undefined ? undefined : numberOf(written);
  if (name === undefined || value === undefined) return undefined;
  return { name, labels: labels?.pairs.join(',') ?? '', value };
}

function numberOf(written: string): number | undefined {
  if (/inf/i.test(written))
    return written.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/nan/i.test(written)) return Number.NaN;
  const value = Number(written);
  return Number.isNaN(value) ? undefined : value;
}

interface Labels {
  readonly pairs: string[];
  /** The metric's name, when it is written in quotes among the labels. */
  readonly name: string | undefined;
  /** Length of the text, braces included. */
  readonly length: number;
}

/** Matches one label or a quoted name, with optional spaces between the parts. Values keep their escapes. */
const LABEL = /\s*(?:("(?:[^"\\]|\\.)*"|[^\s{}",=]+)\s*=\s*)?("(?:[^"\\]|\\.)*")\s*(,|(?=\}))/y;

function readLabels(text: string): Labels | undefined {
  const pairs: string[] = [];
  let name: string | undefined;
  let at = 1;
  for (;;) {
    const [close] = /^\s*\}/.exec(text.slice(at, at + 64)) ?? [];
    if (close !== undefined) return { pairs, name, length: at + close.length };
    LABEL.lastIndex = at;
    const [whole, label, value = ''] = LABEL.exec(text) ?? [];
    if (whole === undefined) return undefined;
    if (label === undefined) name = unquoted(value);
    else pairs.push(`${unquoted(label)}=${value}`);
    at += whole.length;
  }
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}
