/** Token counts as the provider sent them; 0 for a count that it did not send. */
export interface Usage {
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;
  reasoningTokens?: number;
  /** The completion tokens include reasoning that was not sent, and no count says how much. */
  hiddenReasoning?: true;
  /** Completion tokens of a predicted output that the model rejected: they are billed, and not part of the answer. */
  rejectedTokens?: number;
  /** How many choices the counts cover, if it is more than one. Only one choice is read. */
  choices?: number;
  /** Prompt tokens read from the provider's cache. */
  cachedTokens?: number;
  /** Prompt tokens written to the provider's cache. */
  cacheWriteTokens?: number;
}
