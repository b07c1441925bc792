/** Takes one line about what a round does. */
export type Tell = (line: string) => void;

/** What a round did, and when, to be held beside the logs. */
export interface Trace {
  readonly tell: Tell;
  text(): string;
}

export function createTrace(): Trace {
  const lines: string[] = [];
  return {
    tell: (line) => void lines.push(`${new Date().toISOString()} ${line}`),
    text: () => `${lines.join('\n')}\n`,
  };
}
