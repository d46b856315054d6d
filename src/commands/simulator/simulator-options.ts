import { readFile } from 'node:fs/promises';
import { fileReason, messageOf } from '../../common/errors.js';
import type { SimulatorOptions } from '../../simulator/server.js';
import { type ReadRecordedTimes, recordedFile, SettingError } from '../../simulator/settings/setting-rule.js';
import { readSettings, SETTING_RULES } from '../../simulator/settings/setting-rules.js';
import type { Settings } from '../../simulator/settings/settings.js';
import { UsageError } from '../support/flags/usage-error.js';
import { printMessage } from '../support/output/print-message.js';

/** The flags of `simulator` as they were given; those of SETTING_RULES are under their own names. */
export interface SimulatorFlags {
  host: string;
  port: number;
  settings?: string;
  responses?: string;
  script?: string;
  replay?: string;
  speed?: number;
  record?: string;
  upstream?: string;
  log?: string;
  exitWithStdin?: true;
}

/**
 * Reads the files the flags name. A flag overrides the settings file.
 * @param given the settings among the flags, by their names
 * @throws {UsageError} for an unreadable file, or settings that contradict each other
 */
export async function simulatorOptions(
  flags: SimulatorFlags,
  given: Readonly<Record<string, string>>,
): Promise<SimulatorOptions> {
  try {
    const settings = { ...(await fileSettings(flags.settings)), ...given };
    const { responses, script, host, port } = flags;
    if (flags.speed !== undefined && flags.replay === undefined) {
      throw new UsageError('--speed needs --replay FILE. For the pace of other answers: --tps or --gap');
    }
    const folder = await import('../../simulator/content/response-folder.js');
    const scripts = await import('../../simulator/content/script.js');
    const sources = {
      ...(responses !== undefined && { responses: await folder.readResponseFolder(responses) }),
      ...(script !== undefined && { script: await scripts.readScript(script) }),
    };
    const record = await recordOf(flags);
    const replay = await replayOf(flags);
    return {
      host,
      port,
      settings: { ...contentOf(flags), ...read(settings, await timesIn(settings)) },
      sources,
      ...(replay !== undefined && { replay }),
      ...(record !== undefined && { record }),
    };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(messageOf(error));
  }
}

/** Named files provide the answers, unless the flags set another content. */
function contentOf({ responses, script }: SimulatorFlags): Partial<Settings> {
  if (script !== undefined) return { content: 'script' };
  return responses === undefined ? {} : { content: 'responses' };
}

async function replayOf({ replay, speed = 1 }: SimulatorFlags): Promise<SimulatorOptions['replay']> {
  if (replay === undefined) return undefined;
  const { readRecordings } = await import('../../simulator/recordings/read-recordings.js');
  const { atSpeed, cycleRecordings } = await import('../../simulator/recordings/replay.js');
  const { recordings, problems } = await readRecordings(replay);
  for (const problem of problems) printMessage(problem);
  return cycleRecordings(recordings.map((one) => atSpeed(one, speed)));
}

async function recordOf({ record, upstream }: SimulatorFlags): Promise<SimulatorOptions['record']> {
  if (record === undefined && upstream === undefined) return undefined;
  if (record === undefined || upstream === undefined) {
    throw new UsageError('--record FILE and --upstream URL are used together.');
  }
  if (!/^https?:$/.test(URL.parse(upstream)?.protocol ?? '')) {
    throw new UsageError(`--upstream must be an http or https address, but is ${upstream}`);
  }
  const { openRecordingFile } = await import('../../simulator/recordings/recording-file.js');
  const file = openRecordingFile(record, '--record');
  return { file, upstream, onProblem: (problem) => printMessage(problem.message) };
}

async function fileSettings(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  const { parse } = await import('yaml');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`The settings in ${file} cannot be read: ${fileReason(error)}`);
  });
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not YAML: ${messageOf(error).split('\n', 1)[0]}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${file} must contain settings, such as "ttft: 50", one a line.`);
  }
  return { ...value };
}

/** Reads the recordings that settings such as `recorded:FILE` name. */
async function timesIn(settings: Readonly<Record<string, unknown>>): Promise<ReadRecordedTimes> {
  const times = new Map<string, ReturnType<ReadRecordedTimes>>();
  for (const value of Object.values(settings)) {
    const file = recordedFile(String(value));
    if (file === undefined) continue;
    const { readRecordings } = await import('../../simulator/recordings/read-recordings.js');
    const { recordedTimes } = await import('../../simulator/recordings/replay.js');
    const { recordings, problems, hasTimes } = await readRecordings(file);
    if (!hasTimes)
      throw new UsageError(`give a file that "record" wrote: the HAR file ${file} has no times of tokens`);
    for (const problem of problems) printMessage(problem);
    const found = recordedTimes(recordings);
    if (found.gapsMs.length === 0) throw new UsageError(`${file} has no stream with tokens.`);
    times.set(file, found);
  }
  return (file) => times.get(file) ?? { ttftMs: [], gapsMs: [] };
}

function read(settings: Readonly<Record<string, unknown>>, readTimes: ReadRecordedTimes): Partial<Settings> {
  try {
    return readSettings(settings, readTimes);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const known = Object.hasOwn(SETTING_RULES, error.setting);
    throw new UsageError(known ? `the setting ${error.setting}: ${error.message}` : error.message);
  }
}
