import { FAULTS } from '../chat/faults.js';
import { type Distribution, parseDecimal, parseDistribution } from '../timing/distribution.js';
import type { Settings } from './settings.js';

/** A setting that cannot be read; the message says what may be given. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  readonly setting: string;

  constructor(setting: string, message: string) {
    super(message);
    this.setting = setting;
  }
}

/** Reads a file recorded from a provider; throws a `SettingError` when it cannot. */
export type ReadRecordedTimes = (file: string) => { ttftMs: readonly number[]; gapsMs: readonly number[] };

/** How a setting is given and shown. */
export interface SettingRule {
  /** As the help shows it. */
  argument: string;
  about: string;
  /** Ends the sentence "It must be …". */
  expected: string;
  /** Undefined when the text cannot be read. */
  read(text: string, readTimes: ReadRecordedTimes): Partial<Settings> | undefined;
  /** Undefined when another setting shows the value. */
  show?(settings: Settings): string | undefined;
}

/** A setting that is a number, whole or not. */
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

/** A setting that is a whole number. */
export function count(
  argument: string,
  about: string,
  min: number,
  max: number,
  make: (value: number) => Partial<Settings>,
): SettingRule {
  const rule = number(argument, about, min, max, make);
  return {
    ...rule,
    expected: `a whole number from ${min} to ${max}`,
    read: (text, readTimes) => (/^\d+$/.test(text) ? rule.read(text, readTimes) : undefined),
  };
}

/** Reads a distribution; a plain number varies with `sigma`. Undefined when it is none. */
export function readDuration(
  text: string,
  sigma: number,
  readSamples: (file: string) => readonly number[],
): Distribution | undefined {
  const source = /^recorded:(.+)$/.exec(text)?.[1];
  if (source === undefined) return parseDistribution(text, sigma);
  return { kind: 'recorded', source, samplesMs: readSamples(source) };
}

/** Reads `429=2,reset`; a weight left out is 1. */
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
