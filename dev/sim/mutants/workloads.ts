import type { Mutant } from './mutant.ts';

/** Ways to forget what runs with a Secret, or to disturb what does not. */
export const WORKLOAD_MUTANTS: readonly Mutant[] = [
  {
    name: 'roll-forgotten',
    breaks: 'Nothing that runs with a Secret is given new Pods for a new value.',
    rules: ['T4'],
    toldBy: ['pods-take-the-secret'],
    file: 'src/application/act/roll.ts',
    find: "desired.restart === 'Referencing' ? await askAll(pass)",
    replace: "desired.restart === 'None' ? await askAll(pass)",
  },
  {
    name: 'roll-of-all',
    breaks: 'Whatever there is in the namespace is given new Pods, with which Secret it may run.',
    rules: ['T4'],
    toldBy: ['pods-take-the-secret'],
    file: 'src/kube/workloads.ts',
    find: 'template.secrets.has(secretName)',
    replace: 'template.secrets.size > 0 || template.secrets.has(secretName)',
  },
  {
    name: 'retired-under-a-pod',
    breaks: 'A superseded secret is deleted after its overlap, although a Pod runs with it.',
    rules: ['T3'],
    toldBy: ['nothing-retired-under-a-pod'],
    file: 'src/application/rotation/retiring.ts',
    find: 'if (!view.pods.some((pod) => runsWith(pod, entry, currentMark))) return',
    replace: 'if (!view.pods.some((pod) => runsWith(pod, entry, currentMark)) || view.pods.length > 0) return',
  },
  {
    name: 'former-name-unlooked',
    breaks: 'The Secret of a former name goes at once, although something refers to it.',
    rules: ['S8'],
    toldBy: ['former-name-kept-in-use'],
    file: 'src/application/observe/former.ts',
    find: 'return users.length === 0 ? former : undefined;',
    replace: 'return users.length >= 0 ? former : undefined;',
  },
];
