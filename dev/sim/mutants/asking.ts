import type { Mutant } from './mutant.ts';

/** Ways to ask a person for what nobody has to decide: an object that waits for him for ever. */
export const ASKING_MUTANTS: readonly Mutant[] = [
  {
    name: 'lost-status-asked-of-marks',
    breaks: 'A person is asked what an object without status had, although marks tell it.',
    rules: ['O2', 'R4'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/plan/new.ts',
    find: `if (naming === 'Marked') return planMarked(inherited, desired, observed, obstacle);
  if (finalizer === 'present' && facts.provider === undefined && !anew && !isProvedGone(observed)) {`,
    replace: `if (naming === 'Marked' && (finalizer !== 'present' || facts.provider !== undefined))
    return planMarked(inherited, desired, observed, obstacle);
  if (finalizer === 'present' && facts.provider === undefined && !anew && !isProvedGone(observed)) {`,
  },
  {
    name: 'lost-status-asked-of-secrets',
    breaks: 'A person is asked what an object without status had, although the seal on its Secret tells it.',
    rules: ['O2', 'R9'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/plan/new.ts',
    find: 'return registration.misfit === undefined ?',
    replace: `if (finalizer === 'present') return undefined;
      return registration.misfit === undefined ?`,
  },
  {
    name: 'deletion-asked-of-secrets',
    breaks:
      'A person is asked what is to be deleted with an object without status, although the seal on its Secret tells it.',
    rules: ['D1', 'R9'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/plan/leaving.ts',
    find: "registration.type !== 'found' || secret.type !== 'ours' || secret.seal === 'invalid') return undefined;",
    replace: "registration.type !== 'found' || secret.type === 'ours' || secret.seal === 'invalid') return undefined;",
  },
  {
    name: 'one-gone-taken-for-many',
    breaks: 'One registration that somebody deleted is taken for a disappearance of many.',
    rules: ['B1', 'D2'],
    toldBy: ['comes-to-rest'],
    file: 'src/provider/inventory.ts',
    find: 'const MASS = 3;',
    replace: 'const MASS = 1;',
  },
  {
    name: 'unnoted-secret-asked-of',
    breaks: "A Secret that lost its notes is taken for somebody else's, although its owner is the object.",
    rules: ['S1'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/secret/ownership.ts',
    find: "return seal !== 'invalid' || ownerUid === subject.application().metadata.uid;",
    replace: "return seal !== 'invalid' || subject.application().metadata.uid === '';",
  },
];
