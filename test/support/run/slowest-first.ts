import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of more than seven seconds, the longest first: started last, they would run alone at the end. */
const SLOWEST = [
  'e2e/load-search/search',
  'e2e/telemetry/exports',
  'e2e/load-sweep/sweep',
  'runtime/clients/unread',
  'runtime/hostile-providers/http2',
  'runtime/hostile-providers/http1',
  'e2e/secrets/canary',
  'e2e/hostile-provider/compressed',
  'e2e/commands/record',
  'e2e/load-truth/truth',
  'e2e/bench-server-metrics/server-metrics',
  'e2e/hostile-provider/plain',
  'e2e/answers/endings',
  'connector/load-habits',
  'runtime/process/daemon-process',
  'sdk/chat/chat-quirks',
  'loadtest/search/capacity',
  'ui/screens/screens',
  'e2e/long-answers/world',
  'e2e/processes/starts',
  'runtime/policy/fault-schedules',
  'e2e/bench/bench',
  'e2e/chat-processes/lost',
  'e2e/load-workers/workers',
  'e2e/docs/json-docs',
  'e2e/ask/ask',
  'content/content-decoder',
  'e2e/hostile-provider/endless',
  'runtime/upstream/http2',
  'e2e/load-warmup/warmup',
  'connector/rates',
  'e2e/docs/seed',
  'e2e/bench-live/stopped',
  'e2e/ask-streams/streams',
  'e2e/load-shards/shards',
  'runtime/policy/circuit-breaker',
  'e2e/processes/stopped',
  'ui/transcript/faithful',
  'e2e/chat/screen',
  'e2e/chat/chat',
  'e2e/second-user/second-user',
  'e2e/answers/cut-characters',
  'e2e/bench/prompts',
  'e2e/sessions/saved-chat',
  'ui/transcript/viewport',
  'sdk/client-daemon',
  'e2e/sessions/sessions',
];

/** Starts long files first, and mixes files that mostly wait for other programs with files that need the processor. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = SLOWEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return index === -1 ? SLOWEST.length : index;
    };
    const sorted = (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
    const waits = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/e2e/');
    const [waiting, busy] = [sorted.filter(waits), sorted.filter((file) => !waits(file))];
    const share = Math.ceil(busy.length / Math.max(1, waiting.length));
    const mixed = waiting.flatMap((file, index) => [file, ...busy.slice(index * share, (index + 1) * share)]);
    return [...mixed, ...busy.slice(waiting.length * share)];
  }
}
