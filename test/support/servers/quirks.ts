import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stream of a real server, and the expected result. */
export interface Quirk {
  name: string;
  /** The source of a habit that was added later. */
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
  JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/sse', name), 'utf8'));

/** The original habits, and later ones with their `source`. */
export const quirks: Quirk[] = [...read('quirks.json'), ...read('habits.json')];

export function chunksOfQuirk(quirk: Quirk): Buffer[] {
  return quirk.chunks_base64.map((chunk) => Buffer.from(chunk, 'base64'));
}
