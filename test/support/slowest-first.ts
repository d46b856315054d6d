import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of more than ten seconds, the longest first: started last, they would run alone at the end. */
const SLOWEST = [
  'e2e/world',
  'e2e/bench-shards',
  'e2e/bench-search',
  'e2e/bench-server-metrics',
  'e2e/telemetry',
  'e2e/hostile-provider',
  'e2e/ask',
  'runtime/upstream/hostile-providers',
  'e2e/canary',
  'e2e/bench',
  'e2e/bench-truth',
  'e2e/bench-workers',
  'e2e/bench-warmup',
  'e2e/doctor',
  'e2e/chat',
  'e2e/terminal-output',
  'e2e/interrupted',
  'e2e/record',
  'runtime/daemon-process',
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
