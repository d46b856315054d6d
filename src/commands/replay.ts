import type { Command } from 'commander';
import { messageOf } from '../common/errors.js';
import { MAX_TIMEOUT_MS } from '../config/values/value-kinds.js';
import type { ChatAnswer } from '../connector/types.js';
import { readRecordings } from '../simulator/recordings/read-recordings.js';
import type { Recording } from '../simulator/recordings/recording.js';
import { atSpeed } from '../simulator/recordings/replay.js';
import { startSimulator } from '../simulator/server.js';
import { jsonLines, plainText } from './ask/output.js';
import { type Composition, compose, type GlobalFlags, reportProblems } from './composition/compose.js';
import { EXIT, exitCodeOf } from './support/ending/exit-codes.js';
import { interruptOn } from './support/ending/interrupt.js';
import { numberWithin } from './support/flags/flag-number.js';
import { helpNotes } from './support/flags/help-notes.js';
import { UsageError } from './support/flags/usage-error.js';
import { noticeWait } from './support/input/bytes.js';
import { printMessage } from './support/output/print-message.js';
import { requireStdout, watchStdout } from './support/output/stdout.js';

interface ReplayFlags extends GlobalFlags {
  json?: true;
  speed: number;
  loop?: true;
}

/** The time that a replay may take beyond the length of the recording, in ms. */
const GRACE_MS = 60_000;

const HELP = `
The command starts a simulator that sends the recording. The answers pass through the daemon, with the recorded
failures, and --json has their figures. For other clients: vastar-tui simulator --replay FILE

Exit codes are those of "ask", for the first answer that is not complete.`;

/** Adds `replay`, which plays recorded answers again, through simulator and daemon. */
export function defineReplay(command: Command): void {
  command
    .argument('<file>', 'recordings of "record" or of "simulator --record", or a HAR file of a browser')
    .option('--speed <factor>', 'play this many times as fast', numberWithin(0.01, 1000), 1)
    .option('--loop', 'repeat from the first answer, until interrupted')
    .option('--json', 'print one JSON event a line, and a last line with all metrics for each answer')
    .addHelpText('after', helpNotes(HELP))
    .action(async (file: string, _flags: unknown, command: Command) => {
      process.exitCode = await replay(file, command.optsWithGlobals<ReplayFlags>());
    });
}

async function replay(file: string, flags: ReplayFlags): Promise<number> {
  requireStdout();
  const waiting = noticeWait(file);
  const { recordings, problems } = await readRecordings(file)
    .catch((error: unknown) => {
      throw new UsageError(messageOf(error));
    })
    .finally(() => clearTimeout(waiting));
  for (const problem of problems) printMessage(problem);
  const abort = new AbortController();
  const stop = interruptOn(abort);
  const stdout = watchStdout(abort);
  let current: Recording | undefined;
  // This simulator plays the recording that `current` has at the time of the request.
  const simulator = await startSimulator({ port: 0, replay: () => current });
  const composition = compose({ ...flags, mode: 'simulator', baseUrl: simulator.url });
  try {
    reportProblems(composition.loaded);
    let code: number = EXIT.ok;
    do {
      for (const [index, recording] of recordings.entries()) {
        if (abort.signal.aborted) break;
        current = atSpeed(recording, flags.speed);
        const scope = `recording ${index + 1}`;
        const answer = await play(composition, { recording: current, scope }, flags, abort.signal);
        if (code === EXIT.ok) code = exitCodeOf(answer);
      }
    } while (flags.loop && !abort.signal.aborted);
    return stdout.exitCode ?? stop.exitCode ?? code;
  } finally {
    stop.remove();
    await composition.close();
    await simulator.close();
  }
}

async function play(
  { connector }: Composition,
  { recording: { model, parts }, scope }: { recording: Recording; scope: string },
  { json }: ReplayFlags,
  signal: AbortSignal,
): Promise<ChatAnswer> {
  const output = json ? jsonLines() : plainText();
  const answer = await connector.exchange([{ role: 'user', content: `Replay ${model}` }], {
    // The simulator's model names such as `sim-fault-503` would add a fault, so use another name.
    model: 'replay',
    // Each response is played once: a recorded refusal is not retried, and does not delay the next recording.
    policy: { maxAttempts: 1, circuit: false, scope },
    // A time limit longer than the longest silence of the recording at this speed.
    timeoutMs: Math.min(MAX_TIMEOUT_MS, (parts.at(-1)?.atMs ?? 0) + GRACE_MS),
    idleMs: 0,
    signal,
    onEvent: (event) => output.event(event),
  });
  output.end(answer);
  return answer;
}
