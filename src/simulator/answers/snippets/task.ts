/** A frequently requested small program, in several languages. */
export interface Task {
  match: RegExp;
  about: string;
  /** By the language's name in a code block. */
  code: Readonly<Record<string, string>>;
  /** The text after the code. */
  note: string;
}
