import type { Mutant } from './mutant.ts';

/** Ways to lose what an object took over from the former one of its name. */
export const HEIR_MUTANTS: readonly Mutant[] = [
  {
    name: 'inherited-not-taken',
    breaks: 'What bears the mark of the former object of the name is left, and another registration is made.',
    rules: ['R4', 'D4'],
    toldBy: ['heirs-take-back'],
    file: 'src/application/plan/new.ts',
    find: "const taken = oldest ?? (inherited.type === 'takeable' && !anew ? inherited.registration : undefined);",
    replace: 'const taken = oldest;',
  },
  {
    name: 'retained-not-taken-back',
    breaks: 'The seal on a Secret that was retained counts only for an object that has the finalizer.',
    rules: ['R9', 'D4'],
    toldBy: ['heirs-take-back'],
    file: 'src/application/plan/new.ts',
    find: 'return registration.misfit === undefined ?',
    replace: `if (finalizer === 'absent') return undefined;
      return registration.misfit === undefined ?`,
  },
  {
    name: 'inherited-left',
    breaks: 'An object goes, and what it took over from the former one of its name stays.',
    rules: ['D1', 'R4'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/act/parting.ts',
    find: 'for (const each of listed) {',
    // A provider whose clock is behind seems to have made its own hours before, too.
    replace: `const bornMs = Date.parse(subject.application().metadata.creationTimestamp);
  for (const each of listed) {
    const beforeMs = bornMs - Date.parse(provider.known(each.id)?.facts.createdAt ?? '');
    if (beforeMs > 0 && beforeMs < 3_600_000) continue;`,
  },
];
