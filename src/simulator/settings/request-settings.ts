import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../http/api-error.js';
import { SettingError } from './setting-rule.js';
import { readSettings } from './setting-rules.js';
import type { Settings } from './settings.js';

const PREFIX = 'x-sim-';

/**
 * Returns the settings that a request's headers change for its own answer, e.g. `x-sim-ttft: 50`.
 * @throws {ApiError} 400 for an invalid header with this prefix
 */
export function headerSettings(headers: IncomingHttpHeaders): Partial<Settings> {
  const given = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(PREFIX))
      .map(([name, value]) => [name.slice(PREFIX.length), String(value)]),
  );
  return readGiven(given, PREFIX);
}

/** The running simulator's settings. */
export interface RunningSettings {
  readonly current: Settings;
  /**
   * Changes the settings that are members of a JSON object.
   * @throws {ApiError} 400 when a member is invalid; then no setting changes
   */
  change(body: string): void;
}

/** Creates the settings that requests use, and that can be changed while the simulator runs. */
export function createRunningSettings(initial: Settings): RunningSettings {
  let current = initial;
  return {
    get current() {
      return current;
    },
    change(body) {
      current = { ...current, ...readGiven(parseObject(body), '') };
    },
  };
}

function readGiven(given: Readonly<Record<string, unknown>>, prefix: string): Partial<Settings> {
  try {
    return readSettings(given);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const param = prefix + error.setting;
    throw new ApiError(400, {
      message: `Invalid value for '${param.slice(0, 100)}': ${error.message}`,
      param: param.slice(0, 100),
      code: 'invalid_value',
    });
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The check below reports this together with other values that are not objects.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(400, {
      message: 'The body must be a JSON object of settings, such as {"ttft": 50, "fault-rate": 0.1}.',
    });
  }
  return { ...value };
}
