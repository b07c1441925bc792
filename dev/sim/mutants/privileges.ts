import type { Mutant } from './mutant.ts';

/** Roles, consent scopes and what else only calls of their own change and show. */
export const PRIVILEGE_MUTANTS: readonly Mutant[] = [
  {
    name: 'withdrawn-privileges-left',
    breaks: 'Roles and consent scopes that a spec leaves out by now stay at the provider.',
    rules: ['B3'],
    toldBy: ['says-what-the-spec-says'],
    file: 'src/application/enforced.ts',
    find: 'return clears.has(field) && value !== null && !isHidden;',
    replace: 'return clears.has(field) && value !== null && !isHidden && !unlisted.has(field);',
  },
  {
    name: 'privileges-replaced-whole',
    breaks: 'All roles of an application are taken away before those of its spec are given.',
    rules: ['I7'],
    toldBy: ['no-more-than-asked'],
    file: 'src/idp/logto/roles.ts',
    find: `  if (missing.length > 0) await assign(call, id, await idsOf(call, missing, wanted, signal), signal);
  for (const role of present) if (!wanted.includes(role.name)) await withdraw(call, id, role, signal);`,
    replace: `  for (const role of present) await withdraw(call, id, role, signal);
  if (wanted.length > 0) await assign(call, id, await idsOf(call, wanted, wanted, signal), signal);
  void missing;`,
  },
  {
    name: 'change-begun-unsaid',
    breaks: 'No status says that a change of what no listing shows is begun.',
    rules: ['O4'],
    toldBy: ['says-what-the-spec-says'],
    file: 'src/application/act/upkeep.ts',
    find: 'const begun = isHidden && !isBrokenOff(facts) ? changeBegun(pass) : undefined;',
    replace: 'const begun = isHidden && isBrokenOff(facts) ? changeBegun(pass) : undefined;',
  },
];
