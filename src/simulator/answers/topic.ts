/** A prepared answer, and the prompts that it answers. */
export interface Topic {
  /** Matched against the last user message. */
  match: RegExp;
  text: string;
}
