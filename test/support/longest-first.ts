import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes in a file of a few lines, and Vitest begins with the largest ones. */
const LONGEST = '/test/chaos/chaos.test.ts';

/** Vitest's own order, but for the file that takes longest: at the end it would run alone, with the other cores idle. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith(LONGEST);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}
