import { readFile } from 'node:fs/promises';
import { fileReason } from '../../common/errors.js';
import { parseJson } from '../../common/json.js';
import { answersInHar, type HarAnswers } from './har.js';
import { BOM, type Recording, recordingsIn, utf8Of } from './recording.js';

/** The complete recordings of a file, and one sentence for each damaged part. */
export interface RecordingsFile {
  recordings: readonly Recording[];
  problems: readonly string[];
  /** Whether each piece of an answer has its time. In a HAR file, an answer is one piece. */
  hasTimes: boolean;
}

/**
 * Reads the complete recordings of a file that `--record` wrote, or the answers in a HAR file.
 * @throws {Error} when the file can't be read or has no complete recording; the message is for users
 */
export async function readRecordings(file: string): Promise<RecordingsFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Error(`The recording ${file} cannot be read: ${fileReason(error)}`);
  });
  const read = recordingsIn(bytes);
  const problems = read.problems.map(({ line, what }) => `${file}, line ${line}: ${what}`);
  if (read.recordings.length > 0) return { recordings: read.recordings, problems, hasTimes: true };
  const har = answersInHar(parseJson(utf8Of(bytes)?.replace(BOM, '') ?? ''));
  if (har !== undefined) return fromHar(file, har);
  const what = [`${file} has no complete recording.`, ...problems.slice(0, 1)].join(' ');
  throw new Error(`give a file that "record" or "simulator --record" wrote, or a HAR file: ${what}`);
}

function fromHar(file: string, { recordings, withoutBody, creator }: HarAnswers): RecordingsFile {
  if (creator === 'vastar-tui')
    throw new Error(
      `export the session with --format recording: the HAR file ${file} of this program has no raw answers`,
    );
  if (recordings.length === 0)
    throw new Error(
      withoutBody > 0
        ? `save the HAR file with contents: no answer in ${file} has its text`
        : `give a HAR file with a request to a model: ${file} has none`,
    );
  const skipped =
    withoutBody === 0 ? [] : [`${file}: skipped ${withoutBody} of the answers, which have no text`];
  const note = `${file} is a HAR file, which has no times of pieces: each answer arrives at once, at its end`;
  return { recordings, problems: [...skipped, note], hasTimes: false };
}
