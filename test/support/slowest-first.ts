import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of more than seven seconds, the longest first: started last, they would run alone at the end. */
const SLOWEST = [
  'e2e/long-answers/world',
  'e2e/load-search/search',
  'e2e/load-processes/shards',
  'e2e/load-search/warmup',
  'e2e/load-truth/truth',
  'e2e/hostile-provider/endless',
  'e2e/hostile-provider/plain',
  'e2e/hostile-provider/compressed',
  'e2e/terminal/terminal-output',
  'e2e/load-processes/workers',
  'e2e/secrets/canary',
  'e2e/ask/ask',
  'e2e/commands/doctor',
  'e2e/bench/bench',
  'runtime/upstream/hostile-providers',
  'e2e/commands/record',
  'e2e/chat/chat',
  'e2e/telemetry/telemetry',
  'runtime/clients/unread',
  'e2e/answers/cut-characters',
  'e2e/chat/interrupted',
  'runtime/process/daemon-process',
  'e2e/answers/endings',
  'e2e/ask/streams',
  'e2e/processes/starts',
  'e2e/sessions/sessions',
  'e2e/sessions/saved-chat',
  'e2e/docs/json-docs',
  'e2e/docs/seed',
  'e2e/processes/stopped',
  'e2e/answers/unreadable',
  'runtime/upstream/http2',
  'connector/load-exchanges',
  'loadtest/compare/compare',
  'e2e/bench/server-metrics',
  'sdk/chat/chat-quirks',
  'runtime/policy/fault-schedules',
  'loadtest/search/capacity',
  'commands/runtime/runtime-command',
  'e2e/processes/crash-processes',
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
