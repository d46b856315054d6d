import type { ChatMessage } from '../../connector/types.js';

/** What one request asks. */
export interface Prompt {
  readonly messages: readonly ChatMessage[];
  /** Most tokens of the answer. */
  readonly maxTokens?: number;
  /** Further members of the request's body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Where a test's prompts come from. The same source gives the same prompt for an index, in every process. */
export interface PromptSource {
  /** For people, e.g. `120 from questions.jsonl (JSON Lines)`. */
  readonly text: string;
  /** For the report. */
  readonly json: Readonly<Record<string, unknown>>;
  /** How many differ; undefined where each index has its own. */
  readonly count?: number;
  at(index: number): Prompt;
}

/** Prompts in turn: after the last comes the first again. */
export function inTurn(
  prompts: readonly [Prompt, ...Prompt[]],
  told: Pick<PromptSource, 'text' | 'json'>,
): PromptSource {
  const { length } = prompts;
  return { ...told, count: length, at: (index) => prompts[index % length] ?? prompts[0] };
}
