import { expect, type TestContext } from 'vitest';
import { type Harness, harnessNow } from '../../support/programs/e2e.js';
import { until, withoutBusy } from '../../support/programs/program.js';
import { type Collector, startCollector } from '../../support/servers/otlp.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

export const KEY = 'canary-key/+7f3d9=b1c2~Zz';
export const PROMPT = 'the secret of the pyramids';
export const ANSWER = 'whispered wisdom';

export interface Stage extends Harness {
  readonly collector: Collector;
  /** Runs `ask --json`, which must print nothing on stderr, and returns its last line. */
  ask(...flags: string[]): Promise<Last>;
  /** Resolves when the daemon has exported, which it does when it exits: its spans and its figures, in any order. */
  daemonEnded(): Promise<void>;
}

/** A place, a collector and the programs of one test. */
export async function stageOf(context: TestContext): Promise<Stage> {
  const collector = await startCollector();
  context.onTestFinished(() => collector.close());
  const harness = await harnessNow(context, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  return {
    ...harness,
    collector,
    async ask(...flags) {
      const { stdout, stderr, code } = await harness.run(['ask', '--json', ...flags, PROMPT]);
      expect({ code, stderr: withoutBusy(stderr) }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Last;
    },
    daemonEnded: () =>
      until(
        () =>
          collector.spans.some(({ service, kind }) => service !== 'vastar-tui' && kind === 2) &&
          collector.metrics.some(({ service }) => service !== 'vastar-tui'),
      ),
  };
}

const USAGE = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
/** An answer without its last mark. */
export const chunks = sseEvents(
  ...[deltaOf('whispered '), deltaOf('wisdom'), FINISH],
  JSON.stringify({ choices: [], usage: USAGE }),
);

/** The last line of `ask --json`. */
export interface Last {
  metrics: { hops_ms?: Record<string, number>; hops?: Record<string, number> };
}
