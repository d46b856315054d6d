import type { Command } from 'commander';
import { MAX_TIMEOUT_MS } from '../../../config/values/value-kinds.js';
import type { ChatOptions } from '../../../connector/types.js';
import { secondsWithin } from './flag-number.js';

/** The flags for time limits of an answer, in seconds. */
export interface LimitFlags {
  timeout?: number;
  idleTimeout?: number;
  answerTimeout?: number;
}

/** Adds the flags for time limits. */
export function addLimitFlags(command: Command): Command {
  return command
    .option(
      '--timeout <seconds>',
      'longest time until the response headers, instead of timeout_ms',
      secondsWithin(0.001, MAX_TIMEOUT_MS / 1000),
    )
    .option(
      '--idle-timeout <seconds>',
      'longest silence after the headers, instead of idle_ms; 0 = no limit',
      secondsWithin(0, MAX_TIMEOUT_MS / 1000),
    )
    .option(
      '--answer-timeout <seconds>',
      'longest time for the whole answer, instead of answer_ms',
      secondsWithin(0.001, MAX_TIMEOUT_MS / 1000),
    );
}

/** Converts the limits for the connector. */
export function limitOptions({
  timeout,
  idleTimeout,
  answerTimeout,
}: LimitFlags): Pick<ChatOptions, 'timeoutMs' | 'idleMs' | 'answerMs'> {
  return {
    ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
    ...(idleTimeout !== undefined && { idleMs: idleTimeout * 1000 }),
    ...(answerTimeout !== undefined && { answerMs: answerTimeout * 1000 }),
  };
}
