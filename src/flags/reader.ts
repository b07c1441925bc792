import { parseArgs } from 'node:util';
import { type Flag, quoted, variableOf } from './flag.ts';
import { FLAGS, SWITCHES } from './flags.ts';

/** Names to values, as `process.env` is. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads flags one by one and gathers what is wrong. A wrong flag gives its fallback; its Config is thrown away. */
export interface Reader {
  readonly problems: string[];
  value<T>(flag: Flag<T>): T;
  /** Adds `problem`, unless one of `flags` is wrong by itself: one mistake is named once. */
  refuse(flags: readonly Flag<unknown>[], problem: string): void;
}

/** Tolerant parsing, so that one unknown flag does not hide the next mistake. */
export function readArguments(argv: readonly string[]): {
  values: ReadonlyMap<string, string>;
  problems: readonly string[];
} {
  const known = new Set<string>(Object.values(FLAGS).map(({ name }) => name));
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries([...known].map((name) => [name, { type: 'string' as const }])),
      ...Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, { type: 'boolean' as const }])),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    tokens: true,
  });

  const values = new Map<string, string>();
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`unexpected argument ${quoted(token.value)}`);
    if (token.kind !== 'option') continue;
    if (Object.hasOwn(SWITCHES, token.name)) values.set(token.name, '');
    else if (!known.has(token.name)) problems.push(`${token.rawName}: unknown flag`);
    else if (token.value === undefined) problems.push(`${token.rawName}: needs a value`);
    else values.set(token.name, token.value);
  }
  return { values, problems };
}

/** Where a flag is not given, its variable in `env` stands in. */
export function readerOf(values: ReadonlyMap<string, string>, env: Environment): Reader {
  const problems: string[] = [];
  const wrong = new Set<Flag<unknown>>();

  return {
    problems,
    value(flag) {
      const variable = variableOf(flag);
      const given = values.get(flag.name);
      const text = given ?? (env[variable] || undefined);
      if (text === undefined) return flag.fallback;
      const value = flag.kind.parse(text);
      if (value !== undefined) return value;
      wrong.add(flag);
      problems.push(
        `${given === undefined ? variable : `--${flag.name}`}: must be ${flag.kind.expects}, not ${quoted(text)}`,
      );
      return flag.fallback;
    },
    refuse(flags, problem) {
      if (!flags.some((flag) => wrong.has(flag))) problems.push(problem);
    },
  };
}
