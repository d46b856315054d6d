/** A prepared answer and the prompts it is for. */
export interface Topic {
  /** Compared with the last user message. */
  match: RegExp;
  text: string;
}
