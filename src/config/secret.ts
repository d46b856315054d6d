const REDACTED = '[secret]';

/** A value that must not be shown: printing, logging or serialising it gives `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; for the request's header, nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}

/** Names of headers, parameters, members and variables whose values are taken for secrets. */
const SECRET_NAME = /auth|key|token|secret|passw|credential|cookie|signature|^sig$|session|jwt/i;

/** Whether a value of that name must not be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
