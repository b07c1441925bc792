import type { Mutant } from './mutant.ts';

/** Ways to ask a person for what is not his, or to leave him unasked. */
export const TELLING_MUTANTS: readonly Mutant[] = [
  {
    name: 'loss-never-made-good',
    breaks: 'A person is asked for a lost value, whatever the spec says.',
    rules: ['S7'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/plan/secret.ts',
    find: "if (onSecretLoss === 'Wait') return",
    replace: 'if (onSecretLoss !== undefined) return',
  },
  {
    name: 'first-loss-contested',
    breaks: 'A person is asked at the first loss of a value, as though it were the second within a day.',
    rules: ['S7'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/rotation/losses.ts',
    find: 'const MOST_LOSSES = 1;',
    replace: 'const MOST_LOSSES = 0;',
  },
  {
    name: 'loss-not-waited-for',
    breaks: 'A lost value is issued anew, although the spec says to wait for a person.',
    rules: ['S7'],
    toldBy: ['rotations-asked-for'],
    file: 'src/application/plan/secret.ts',
    find: "if (onSecretLoss === 'Wait') return",
    replace: "if (void onSecretLoss === 'Wait') return",
  },
];
