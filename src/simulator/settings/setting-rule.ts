import { parseDecimal } from '../../common/text/decimal.js';
import { FAULTS } from '../chat/faults.js';
import { type Distribution, parseDistribution } from '../timing/distribution.js';
import type { Settings } from './settings.js';

/** Thrown for an invalid setting. The message says which values are valid. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  readonly setting: string;

  constructor(setting: string, message: string) {
    super(message);
    this.setting = setting;
  }
}

/** Reads the times of a recording. Throws a `SettingError` when the file can't be used. */
export type ReadRecordedTimes = (file: string) => { ttftMs: readonly number[]; gapsMs: readonly number[] };

/** How a setting is read and shown. */
export interface SettingRule {
  /** The argument's placeholder in the help. */
  argument: string;
  about: string;
  /** Completes the sentence "It must be …". */
  expected: string;
  /** Returns undefined for an invalid text. */
  read(text: string, readTimes: ReadRecordedTimes): Partial<Settings> | undefined;
  /** Returns undefined when another setting shows the value. */
  show?(settings: Settings): string | undefined;
}

/** Creates the rule for a setting that is a number. */
export function number(
  argument: string,
  about: string,
  min: number,
  max: number,
  make: (value: number) => Partial<Settings>,
): SettingRule {
  const read = (text: string): Partial<Settings> | undefined => {
    const value = parseDecimal(text);
    return value >= min && value <= max ? make(value) : undefined;
  };
  return { argument, about, expected: `a number from ${min} to ${max}`, read };
}

/** Creates the rule for a setting that is a whole number. */
export function count(
  about: string,
  min: number,
  max: number,
  make: (value: number) => Partial<Settings>,
): SettingRule {
  const rule = number('<number>', about, min, max, make);
  return {
    ...rule,
    expected: `a whole number from ${min} to ${max}`,
    read: (text, readTimes) => (/^\d+$/.test(text) ? rule.read(text, readTimes) : undefined),
  };
}

/** Returns the file of `recorded:FILE`; undefined for other text. */
export function recordedFile(text: string): string | undefined {
  return /^recorded:(.+)$/.exec(text)?.[1];
}

/** Reads a distribution. A plain number varies with `sigma`. Returns undefined for other text. */
export function readDuration(
  text: string,
  sigma: number,
  readSamples: (file: string) => readonly number[],
): Distribution | undefined {
  const source = recordedFile(text);
  if (source === undefined) return parseDistribution(text, sigma);
  return { kind: 'recorded', source, samplesMs: readSamples(source) };
}

/** Reads a list like `429=2,reset`. The default weight is 1. */
export function readWeights(text: string): ReadonlyMap<string, number> | undefined {
  const weights = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [name = '', weight = '1'] = entry.trim().split('=', 2);
    const value = parseDecimal(weight);
    if (!Object.hasOwn(FAULTS, name) || !(value > 0)) return undefined;
    weights.set(name, value);
  }
  return weights;
}
