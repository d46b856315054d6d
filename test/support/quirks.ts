import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stream as a real server sends it, and what a client must make of it. */
export interface Quirk {
  name: string;
  /** Where the habit is described, for those that were found later. */
  source?: string;
  content_type: string;
  /** Network chunks. */
  chunks_base64: string[];
  expect: {
    text: string;
    outcome: 'complete' | 'truncated' | 'error';
    finish_reason?: string | null;
    usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
    reasoning?: string;
    tool_calls?: { id: string; name: string; arguments: string }[];
    error?: string;
    malformed_events?: number;
  };
}

const read = (name: string): Quirk[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/sse', name), 'utf8'));

/** What was given, and what was found since: each habit names its `source`. */
export const quirks: Quirk[] = [...read('quirks.json'), ...read('habits.json')];

export function chunksOfQuirk(quirk: Quirk): Buffer[] {
  return quirk.chunks_base64.map((chunk) => Buffer.from(chunk, 'base64'));
}
