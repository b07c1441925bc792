import type { Mutant } from './mutant.ts';

/** Ways to change something at a provider on the word of a cache that is behind. */
export const CACHE_MUTANTS: readonly Mutant[] = [
  {
    name: 'update-unconfirmed',
    breaks: 'A registration is brought in step with a spec that nobody has read once more.',
    rules: ['I7', 'B2'],
    toldBy: ['suspended-is-left-alone'],
    file: 'src/application/act/upkeep.ts',
    find: 'else await ports.applications.confirm(subject.application(), signal);',
    replace: 'else void [ports, signal];',
  },
  {
    name: 'retirement-unconfirmed',
    breaks: 'A superseded secret is deleted for an object that nobody has read once more.',
    rules: ['I7', 'B2'],
    toldBy: ['suspended-is-left-alone'],
    file: 'src/application/act/retire.ts',
    find: 'await ports.applications.confirm(subject.application(), signal);',
    replace: 'void signal;',
  },
];
