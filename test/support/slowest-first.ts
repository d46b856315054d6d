import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that wait for real time to pass, the longest first: started last, they would run alone at the end. */
const SLOWEST = [
  'world',
  'ask-streams',
  'ask',
  'bench-shards',
  'terminal-output',
  'bench-truth',
  'interrupted',
  'bench',
];

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = SLOWEST.findIndex((name) => moduleId.endsWith(`/e2e/${name}.test.ts`));
      return index === -1 ? SLOWEST.length : index;
    };
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}
