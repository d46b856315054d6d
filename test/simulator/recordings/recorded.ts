import { join } from 'node:path';
import type { Recording } from '../../../src/simulator/recordings/recording.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

/** Returns a file's path in a folder that is removed after the test. */
export async function recordingFile(): Promise<string> {
  const folder = folderForTest();
  return join(folder, 'recorded.jsonl');
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
const delta = (content: string): Uint8Array =>
  bytes(`data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`);

export const RECORDING: Recording = {
  model: 'm',
  stream: true,
  status: 200,
  contentType: 'text/event-stream',
  headers: { 'x-request-id': 'req_1', 'set-cookie': '[hidden]' },
  headersMs: 80,
  parts: [
    { atMs: 100, bytes: delta('a') },
    { atMs: 130, bytes: Buffer.concat([delta('b'), delta('c')]) },
    { atMs: 131.5, bytes: Uint8Array.of(0xf0, 0x9f) },
    { atMs: 150, bytes: bytes('data: [DONE]\n\n') },
  ],
  ending: 'end',
};
