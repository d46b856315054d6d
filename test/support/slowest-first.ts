import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of more than seven seconds, the longest first: started last, they would run alone at the end. */
const SLOWEST = [
  'e2e/world',
  'e2e/bench-search',
  'e2e/bench-shards',
  'e2e/bench-warmup',
  'e2e/bench-truth',
  'e2e/hostile-provider',
  'e2e/terminal-output',
  'e2e/bench-workers',
  'e2e/canary',
  'e2e/ask',
  'e2e/doctor',
  'e2e/bench',
  'runtime/upstream/hostile-providers',
  'e2e/record',
  'e2e/chat',
  'e2e/telemetry',
  'runtime/clients/unread',
  'e2e/cut-characters',
  'e2e/interrupted',
  'runtime/daemon-process',
  'e2e/endings',
  'e2e/ask-streams',
  'e2e/starts',
  'e2e/sessions',
  'e2e/saved-chat',
  'e2e/json-docs',
  'e2e/seed',
  'e2e/stopped',
  'e2e/unreadable',
  'runtime/upstream/http2',
  'connector/load-exchanges',
  'loadtest/compare/compare',
  'e2e/bench-server-metrics',
  'sdk/chat/chat-quirks',
  'runtime/policy/fault-schedules',
  'loadtest/search/capacity',
  'runtime/runtime-command',
  'e2e/crash-processes',
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
