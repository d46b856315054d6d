/** A prepared answer and the prompts it is for. */
export interface Topic {
  /** Tried against the last user message. */
  match: RegExp;
  text: string;
}
