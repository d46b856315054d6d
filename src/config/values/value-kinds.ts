import { isRecord } from '../../common/json.js';
import { parseDecimal } from '../../common/text/decimal.js';
import { LOCAL_PORTS, LOCAL_SERVERS, type LocalServer } from '../endpoints/providers.js';
import { quote } from '../problem.js';
import { describe, setting, type Verdict } from './setting.js';

/** The longest timeout that can be set: one hour, in milliseconds. */
export const MAX_TIMEOUT_MS = 3_600_000;

export const timeoutMs = setting((value): Verdict<number> => {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= MAX_TIMEOUT_MS
    ? { value: number }
    : { refused: `must be whole milliseconds from 1 to ${MAX_TIMEOUT_MS}, not ${describe(value)}` };
});

/** The longest silence before an answer counts as stalled; 0: no limit. */
export const idleMs = number(
  0,
  MAX_TIMEOUT_MS,
  true,
  `whole milliseconds from 0 (never) to ${MAX_TIMEOUT_MS}`,
);

/** Returns the schema of a number in a range. Text is accepted too, because a variable's value is text. */
export function number(least: number, most: number, whole: boolean, words: string) {
  return setting((value): Verdict<number> => {
    const parsed = typeof value === 'string' ? parseDecimal(value) : Number.NaN;
    const read = Number.isNaN(parsed) ? value : parsed;
    const fits =
      typeof read === 'number' && read >= least && read <= most && (!whole || Number.isInteger(read));
    return fits ? { value: read } : { refused: `must be ${words}, not ${describe(value)}` };
  });
}

export const milliseconds = number(0, MAX_TIMEOUT_MS, false, `milliseconds from 0 to ${MAX_TIMEOUT_MS}`);

/** Text of several paragraphs, e.g. a system prompt. */
export const longText = setting((value): Verdict<string> => {
  if (typeof value !== 'string') return { refused: `must be text, not ${describe(value)}` };
  if (value.trim() === '') return { refused: 'must not be empty' };
  return value.length > 100_000 ? { refused: 'must not be longer than 100000 characters' } : { value };
});

/** The keys of one action: one, a list, or `none`. The interface interprets them. */
export const keyList = setting((value): Verdict<readonly string[]> => {
  if (value === 'none' || value === false) return { value: [] };
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const keys = list.filter((key) => typeof key === 'string');
  return keys.length === list.length && list.length <= 16 && keys.every((key) => key.length <= 32)
    ? { value: keys }
    : { refused: `must be a key such as ctrl+k, a list of keys, or none; not ${describe(value)}` };
});

/** The servers on this machine that the chat searches for, and their ports. */
export const discover = setting((value): Verdict<ReadonlyMap<LocalServer, number>> => {
  const all = new Map<LocalServer, number>();
  for (const name of LOCAL_SERVERS) all.set(name, LOCAL_PORTS[name]);
  const word = typeof value === 'object' ? '' : String(value);
  if (/^(true|yes|1)$/i.test(word)) return { value: all };
  if (/^(false|no|0)$/i.test(word)) return { value: new Map() };
  if (!isRecord(value)) return { refused: 'must be true, false, or ports by name, e.g. { ollama: 11434 }' };
  const ports = new Map<LocalServer, number>();
  for (const [name, port] of Object.entries(value)) {
    const server = LOCAL_SERVERS.find((one) => one === name);
    if (server === undefined) return { refused: `must name ${LOCAL_SERVERS.join(', ')}, not ${quote(name)}` };
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535)
      return { refused: `must have a port from 1 to 65535 for ${name}` };
    ports.set(server, port);
  }
  return { value: ports };
});
