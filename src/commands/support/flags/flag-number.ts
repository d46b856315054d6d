import { InvalidArgumentError } from 'commander';
import { parseDecimal } from '../../../common/text/decimal.js';
import { UNIT_MS } from '../../../common/time/time-units.js';

/**
 * Returns a parser for a flag's number. The parser refuses hexadecimal numbers and exponents, which are probably
 * mistakes.
 * @param word a word that the caller accepts, too, for the message
 */
export function numberWithin(min: number, max: number, kind: 'whole' | 'any' = 'any', word?: string) {
  return (text: string): number => {
    const value = parseDecimal(text);
    if (value >= min && value <= max && (kind === 'any' || /^\d+$/.test(text))) return value;
    throw new InvalidArgumentError(
      `It must be ${kind === 'whole' ? 'a whole number' : 'a number'} from ${min} to ${max}${word === undefined ? '' : `, or ${word}`}.`,
    );
  };
}

/** Returns a parser for a flag's time in seconds, with or without a unit, e.g. `90`, `90s`, `1.5m`. */
export function secondsWithin(min: number, max: number) {
  return (text: string): number => {
    const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(text) ?? [];
    const value = Number(digits) * ((UNIT_MS[unit] ?? 1) / 1000);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `It must be a number of seconds from ${min} to ${max}, or have a unit: 90s, 15m, 2h.`,
    );
  };
}
