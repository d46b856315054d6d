import { duration } from './format.js';

/** Formats the figures of a message that a search's filters compared: times in ms, and tokens. */
export function foundFigures({
  ttft,
  e2e,
  tokens,
}: {
  readonly ttft?: number;
  readonly e2e?: number;
  readonly tokens?: number;
} = {}): string[] {
  return [
    ...(ttft === undefined ? [] : [`TTFT ${duration(ttft)}`]),
    ...(e2e === undefined ? [] : [`E2E ${duration(e2e)}`]),
    ...(tokens === undefined ? [] : [`${tokens} tokens`]),
  ];
}
