import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrotliCompress, createDeflate, createGzip, constants as zlib } from 'node:zlib';
import type { Handler } from './upstream.js';

type Step = { readonly event: object } | { readonly raw: string } | { readonly wait_ms: number };

/** Bounds of a figure, both within; `null`: the figure is withheld (as a bound: it may be withheld). */
export type Range = null | readonly [number | null, number | null];

/** A habit of a real provider, and the expected last line of `ask --json`. */
export interface WorldCase {
  readonly name: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly gzip?: boolean;
  readonly br?: boolean;
  readonly deflate?: boolean;
  readonly refuse?: { readonly field: string; readonly status: number; readonly body: unknown };
  readonly hold_ms?: number;
  readonly destroy?: boolean;
  readonly args?: readonly string[];
  readonly slow?: boolean;
  readonly expect: {
    readonly outcome: string;
    readonly text?: string;
    readonly error?: string;
    readonly has?: readonly string[];
    readonly rate?: Range;
    readonly ttft_ms?: Range;
    readonly e2e_ms?: Range;
    readonly wall_ms?: Range;
  };
}

/** The sum of the pauses of a provider's steps, in ms. */
export const lengthOf = (steps: readonly object[]): number =>
  steps.reduce(
    (sum, step) => sum + ('wait_ms' in step && typeof step.wait_ms === 'number' ? step.wait_ms : 0),
    0,
  );

/**
 * Returns the bounds of a speed on this machine. A busy machine makes the pauses between a provider's steps longer, or
 * delivers the output of several steps at once.
 * @param plannedMs time after the first output by the steps' pauses
 * @param lateMs by how much the output took longer than by its pauses; negative: it took less
 */
export function speedBounds(
  [low, high]: readonly [number, number],
  plannedMs: number,
  lateMs: number,
): [number, number] {
  const measured = Math.max(1, plannedMs + lateMs) / plannedMs;
  const stretch = Math.max(measured, 1 / measured);
  return [low / stretch, high * stretch];
}

/** Publicly reported habits of providers: `test/fixtures/world/cases.json`. */
export const worldCases = (): readonly WorldCase[] =>
  JSON.parse(
    readFileSync(new URL('../../fixtures/world/cases.json', import.meta.url), 'utf8'),
  ) as readonly WorldCase[];

function bodyOf({ gzip, br, deflate }: WorldCase, response: ServerResponse) {
  const encoder = gzip
    ? createGzip({ flush: zlib.Z_SYNC_FLUSH })
    : deflate
      ? createDeflate({ flush: zlib.Z_SYNC_FLUSH })
      : br
        ? createBrotliCompress({ flush: zlib.BROTLI_OPERATION_FLUSH })
        : undefined;
  encoder?.pipe(response);
  return encoder ?? response;
}

/**
 * A handler that plays one habit, as the provider does.
 * @param speed the speed of the programs' clocks
 */
export function playing(habit: WorldCase, speed = 1): Handler {
  return async (request, response) => {
    const sentBody = JSON.parse(request.body.toString() || '{}') as Record<string, unknown>;
    if (habit.refuse !== undefined && habit.refuse.field in sentBody) {
      response.writeHead(habit.refuse.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(habit.refuse.body));
      return;
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const pause = (ms: number) => sleep(ms / speed, undefined, { signal: gone.signal }).catch(() => {});
    response.writeHead(habit.status ?? 200, { 'content-type': 'text/event-stream', ...habit.headers });
    const body = bodyOf(habit, response);
    for (const step of habit.steps) {
      if (response.destroyed) return;
      if ('wait_ms' in step) await pause(step.wait_ms);
      else body.write('raw' in step ? step.raw : `data: ${JSON.stringify(step.event)}\n\n`);
    }
    if (habit.hold_ms !== undefined) await pause(habit.hold_ms);
    if (habit.destroy === true) response.socket?.destroy();
    else body.end();
  };
}
