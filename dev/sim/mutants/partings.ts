import type { Mutant } from './mutant.ts';

/** Ways to part from a registration without knowing what becomes of it. */
export const PARTING_MUTANTS: readonly Mutant[] = [
  {
    name: 'failed-deletion-believed',
    breaks: 'Whatever error ends a deletion, the registration counts as deleted.',
    rules: ['D1'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/act/parting.ts',
    find: ".then(() => 'removed' as const, unlessMissing);",
    replace: ".then(() => 'removed' as const, () => 'removed' as const);",
  },
  {
    name: 'finalizer-first',
    breaks: 'The finalizer goes before the registration.',
    rules: ['D1'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/act/parting.ts',
    find: 'const claimant = claimantOf(pass);\n  for (const id of ids) {',
    replace: 'const claimant = claimantOf(pass);\n  await subject.removeFinalizer();\n  for (const id of ids) {',
  },
  {
    name: 'deletion-without-registration',
    breaks: 'The object goes and its registration stays.',
    rules: ['D1'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/plan/leaving.ts',
    find: 'const ids = isThere ? [held, ...twins] : twins;',
    replace: 'const ids = isThere ? twins : twins;',
  },
  {
    name: 'deletion-believes-one-answer',
    breaks: 'A registration that is to be deleted counts as gone when one answer says so.',
    rules: ['D2'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/act/parting.ts',
    find: "if (answer === 'missing') {\n      const listed",
    replace: "if (answer === 'missing' && ports.monotonicMs() < 0) {\n      const listed",
  },
  {
    name: 'deletion-without-a-look',
    breaks: 'A deletion looks at no listing that began after the registration was known.',
    rules: ['D1', 'R3'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/observe/observe.ts',
    find: 'if (looking) await lookOnceMore(pass, facts, registration);',
    replace: 'void lookOnceMore;',
  },
  {
    name: 'lost-status-forgotten',
    breaks: 'An object whose status is lost goes without a look at what it had.',
    rules: ['D1', 'O2'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/plan/leaving.ts',
    find: "if (isProvedGone || facts.provider !== undefined) return act({ type: 'remove-finalizer' });",
    replace: "return act({ type: 'remove-finalizer' });",
  },
  {
    name: 'lost-status-let-go-unsettled',
    breaks: 'An object whose status is lost goes before what was under way has settled.',
    rules: ['D1', 'O2', 'O4'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/plan/leaving.ts',
    find: 'if (isProvedGone && lossMs > 0)',
    replace: 'if (isProvedGone && lossMs < 0)',
  },
  {
    name: 'former-provider-forgotten',
    breaks: 'An object whose status is lost goes though its Secret tells of another provider.',
    rules: ['D1'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/plan/leaving.ts',
    find: "facts.provider === undefined && secret.type === 'ours' && secret.seal === 'other-provider'",
    replace: "lossMs < 0 && secret.type === 'ours' && secret.seal === 'other-provider'",
  },
  {
    name: 'former-kin-left',
    breaks: 'An object that holds no registration goes without the one that it would have taken over.',
    rules: ['D1', 'R4'],
    toldBy: ['finalizer-goes-last'],
    file: 'src/application/plan/leaving.ts',
    find: "return mark.type === 'mark' && !mark.mark.retained ? [...ids, id] : ids;",
    replace: "return mark.type === 'none' ? [...ids, id] : ids;",
  },
  {
    name: 'deletion-unconfirmed',
    breaks: 'A registration is deleted on the word of a cache.',
    rules: ['D1'],
    toldBy: ['never-anothers'],
    file: 'src/application/act/parting.ts',
    find: 'await ports.applications.confirm(subject.application(), signal);',
    replace: 'void ports.applications;',
  },
  {
    name: 'retained-unmarked',
    breaks: 'What is left behind on purpose does not say so.',
    rules: ['D4'],
    toldBy: ['retained-stays'],
    file: 'src/application/act/parting.ts',
    find: "await mark(pass, 'retained')",
    replace: "await mark(pass, 'held')",
  },
  {
    name: 'retained-deleted',
    breaks: 'What is to be retained is deleted.',
    rules: ['D4'],
    toldBy: ['retained-stays'],
    file: 'src/application/plan/plan.ts',
    find: "return desired.deletionPolicy === 'Retain' ? planRetained(observed) : planDeleted(observed);",
    replace: "return desired.deletionPolicy === 'Delete' ? planDeleted(observed) : planDeleted(observed);",
  },
  {
    name: 'orphans-deleted',
    breaks: 'What no object holds any more is deleted by the inventory.',
    rules: ['B3', 'B4'],
    toldBy: ['left-is-left'],
    file: 'src/provider/reconcile.ts',
    find: 'await holdInUse(pass, secrets);\n  await record(',
    replace: `for (const id of found.orphans) {
    const claimant = { key: textOf(pass.key), namespace: '', urgency: 'requested' } as const;
    await attempt.session.remove(id, claimant, pass.signal);
  }
  await holdInUse(pass, secrets);
  await record(`,
  },
  {
    name: 'retained-deleted-later',
    breaks: 'What was retained is deleted by the next inventory.',
    rules: ['B3', 'D4'],
    toldBy: ['left-is-left'],
    file: 'src/provider/reconcile.ts',
    find: 'await holdInUse(pass, secrets);\n  await record(',
    replace: `for (const { id, mark } of listing.registrations) {
    const claimant = { key: textOf(pass.key), namespace: '', urgency: 'requested' } as const;
    if (mark.type === 'mark' && mark.mark.retained) await attempt.session.remove(id, claimant, pass.signal);
  }
  await holdInUse(pass, secrets);
  await record(`,
  },
  {
    name: 'orphans-untold',
    breaks: 'What no object holds any more is not told of.',
    rules: ['B4'],
    toldBy: ['no-twins-and-no-strays'],
    file: 'src/provider/orphans.ts',
    find: 'return !mark.retained && !mayHave(',
    replace: 'return mark.retained && !mayHave(',
  },
];
