import type { Command } from 'commander';
import { questionMessage } from '../common/chat/attachments.js';
import { fileReason, messageOf } from '../common/errors.js';
import type { ChatAnswer } from '../connector/types.js';
import type { Recording } from '../simulator/recordings/recording.js';
import { openRecordingFile, type RecordingFile } from '../simulator/recordings/recording-file.js';
import { withoutKeys } from '../simulator/recordings/without-keys.js';
import { jsonLines, plainText } from './ask/output.js';
import { addPromptFlags, chatOptions, type PromptFlags, questionFrom, systemOf } from './ask/prompt.js';
import { compose, reportProblems } from './composition/compose.js';
import { configuredKeys } from './composition/secrets.js';
import { createWireRecording, type WireRecording } from './record/wire-recording.js';
import { exitCodeOf } from './support/ending/exit-codes.js';
import { interruptOn } from './support/ending/interrupt.js';
import { helpNotes } from './support/flags/help-notes.js';
import { UsageError } from './support/flags/usage-error.js';
import { printMessage } from './support/output/print-message.js';
import { requireStdout, watchStdout } from './support/output/stdout.js';

interface RecordFlags extends PromptFlags {
  output: string;
}

const HELP = `
Sends the question as "ask" does, to any endpoint. The file gets the answer's bytes (decompressed), and the time of each
piece since the daemon sent the request. It also gets the response's headers without secrets. The question, and the
headers and keys of the request, are not in it.
  vastar-tui record "Why is the sky blue?" --mode openai --output sky.jsonl
  vastar-tui replay sky.jsonl

For saved answers: vastar-tui sessions export ID --format recording
Exit codes are those of "ask".`;

/** Adds `record`: sends a question as `ask` does, and saves the raw events of the answer. */
export function defineRecord(command: Command): void {
  addPromptFlags(command)
    .requiredOption('--output <file>', 'append the recording to this file')
    .addHelpText('after', helpNotes(HELP))
    .action(async (words: string[], _flags: unknown, command: Command) => {
      process.exitCode = await record(words, command.optsWithGlobals<RecordFlags>());
    });
}

async function record(words: readonly string[], flags: RecordFlags): Promise<number> {
  requireStdout();
  // Opening a named pipe waits for its writer, and Ctrl+C ends this wait only before `interruptOn`.
  const question = questionMessage(await questionFrom(words, flags));
  const options = await chatOptions(flags);
  const composition = compose(flags);
  reportProblems(composition.loaded);
  const file = fileOf(flags.output);
  const abort = new AbortController();
  const stop = interruptOn(abort);
  const stdout = watchStdout(abort);
  const output = flags.json ? jsonLines() : plainText();
  let recording: WireRecording | undefined;
  try {
    const answer = await composition.exchange([...systemOf(flags), question], {
      ...options,
      signal: abort.signal,
      onEvent(event) {
        if (event.type === 'start') recording = createWireRecording(event.model, performance.now());
        output.event(event);
      },
      onWire: (event) => recording?.take(event),
    });
    output.end(answer);
    const recorded = recording?.end(endingOf(answer));
    if (recorded === undefined) printMessage('nothing was recorded: there was no response');
    else await save(file, withoutKeys(recorded, configuredKeys(composition.loaded)));
    if (recorded !== undefined && !flags.json) printMessage(summary(recorded, answer, flags.output));
    return stdout.exitCode ?? stop.exitCode ?? exitCodeOf(answer);
  } finally {
    stop.remove();
    await composition.close();
  }
}

function fileOf(path: string): RecordingFile {
  try {
    return openRecordingFile(path, '--output');
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

async function save(file: RecordingFile, recording: Recording): Promise<void> {
  try {
    await file.add(recording);
  } catch (error) {
    throw new Error(`the recording cannot be written: ${fileReason(error)}`);
  }
}

/** Whether the recording has all bytes that the provider sent. */
function endingOf({ outcome, error }: ChatAnswer): Recording['ending'] {
  const lost =
    outcome === 'cancelled' || outcome === 'stalled' || (outcome === 'error' && error?.hop !== 'provider');
  return lost ? 'broken' : 'end';
}

function summary({ parts, ending }: Recording, { metrics }: ChatAnswer, file: string): string {
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const remarks = [
    ...(ending === 'broken' ? ['it ends with a lost connection'] : []),
    ...(metrics.buffered ? ['the daemon does not stream, so the recording has no gaps'] : []),
  ];
  const remark = remarks.map((text) => `; ${text}`).join('');
  return `recorded ${parts.length === 1 ? '1 piece' : `${parts.length} pieces`}, ${bytes} bytes, to ${file}${remark}`;
}
