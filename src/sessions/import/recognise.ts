import { fromDocument } from '../export/document.js';
import { isList, isObject, parseJson } from '../json.js';
import { SessionsError } from '../problem.js';
import type { Json, JsonObject, Session } from '../types.js';
import { isAichat } from './aichat.js';
import { type Conversation, type Imported, sessionOf } from './conversation.js';
import { AICHAT, KINDS, type Kind } from './kinds.js';
import type { OnOmitted } from './messages.js';
import { isOwnLine, ownSessions } from './own-lines.js';

/**
 * Reads an import. The contents determine the format.
 * @param name the file's name without extension, which is the title of an aichat session
 * @throws {SessionsError} `invalid` when its format is not known
 */
export async function readImport(written: string, name?: string): Promise<Imported> {
  const text = written.replace(/^\u{feff}/u, '');
  const whole = attempt(() => parseJson(text));
  if (whole !== undefined && isObject(whole) && 'format' in whole)
    return { format: 'an export of vastar-tui', sessions: fromDocument(text), remarks: [], foreign: false };
  const values = whole === undefined ? linesOf(text) : isList(whole) ? whole : [whole];
  if (values !== undefined) return byContent(values, whole === undefined ? 'line' : 'item');
  const { parse } = await import('yaml');
  const yaml = attempt((): Json => parse(text));
  if (yaml === undefined || !isObject(yaml) || !isAichat(yaml)) throw unknown(faultOf(text));
  return foreign(AICHAT, [yaml], name);
}

/** Reads values whose format the first value determines. */
function byContent(values: readonly Json[], each: string): Imported {
  const objects = values.map((value) => (isObject(value) ? value : {}));
  const [first] = objects;
  if (first === undefined) throw unknown('it is empty');
  const checked = (format: string, is: (value: JsonObject) => boolean): void => {
    const other = objects.findIndex((value) => !is(value));
    if (other >= 0) throw unknown(`it begins as ${format}, and ${each} ${other + 1} is something else`);
  };
  if (isOwnLine(first)) {
    checked('an export of exchanges of vastar-tui', isOwnLine);
    return {
      format: 'an export of exchanges of vastar-tui',
      sessions: ownSessions(objects),
      remarks: [],
      foreign: false,
    };
  }
  const kind = KINDS.find(({ by }) => ('all' in by ? by.all(objects) : by.each(first)));
  if (kind === undefined) throw unknown('its format is unknown');
  if ('each' in kind.by) checked(kind.format, kind.by.each);
  return foreign(kind, objects);
}

function foreign({ format, conversations }: Kind, values: readonly JsonObject[], name?: string): Imported {
  const counts = new Map<string, number>();
  const omit: OnOmitted = (what) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const sessions = sessionsOf(format, conversations(values, omit, name));
  return {
    format,
    sessions,
    remarks: [...counts].map(([what, count]) => `skipped ${count} × ${what}`),
    foreign: true,
  };
}

/** Returns the conversations with messages as sessions. */
export function sessionsOf(program: string, conversations: readonly Conversation[]): Session[] {
  return conversations.filter(({ drafts }) => drafts.length > 0).map((one) => sessionOf(program, one));
}

/** Says why a text is neither JSON nor YAML of a known format. */
function faultOf(text: string): string {
  if (text.trim() === '') return 'it is empty';
  if (!/^\s*[[{]/.test(text)) return 'its format is unknown';
  try {
    parseJson(text);
    return 'its format is unknown';
  } catch (error) {
    const words = String(error);
    const at = Number(/position (\d+)/.exec(words)?.[1] ?? Number.NaN);
    if (words.includes('Unexpected end') || at >= text.trimEnd().length)
      return 'its JSON ends in the middle: save it again';
    // V8 gives no position of an unexpected character.
    const place = Number.isNaN(at) ? '' : ` in line ${text.slice(0, at).split('\n').length}`;
    return `its JSON is damaged${place}`;
  }
}

/** Returns the values of JSON Lines, or undefined for another format. */
function linesOf(text: string): Json[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map((line) => attempt(() => parseJson(line)));
  const [first] = values;
  if (first === undefined || !isObject(first)) return undefined;
  const wrong = values.indexOf(undefined);
  if (wrong >= 0) throw unknown(`line ${wrong + 1} is not JSON`);
  return values.filter((value) => value !== undefined);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function unknown(why: string): SessionsError {
  return new SessionsError(
    'invalid',
    `import a file of a known format ("vastar-tui sessions import --help" lists them): ${why}`,
  );
}
