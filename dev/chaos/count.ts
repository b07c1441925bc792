/** Counts up from 0 and tells who waits for a number. */
export interface Count {
  up(): void;
  /** Resolves with the time (`performance.now()`) at which the number was reached. */
  reaches(number: number): Promise<number>;
}

export function createCount(): Count {
  const milestones: PromiseWithResolvers<number>[] = [];
  let reached = -1;

  function milestone(number: number): PromiseWithResolvers<number> {
    while (milestones.length <= number) milestones.push(Promise.withResolvers());
    return milestones[number] ?? Promise.withResolvers();
  }

  function up(): void {
    reached += 1;
    milestone(reached).resolve(performance.now());
  }

  up();
  return { up, reaches: (number) => milestone(number).promise };
}
