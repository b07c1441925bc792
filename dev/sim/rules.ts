import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A rule, or a part of one, that the simulator cannot see broken. */
export interface UnseenRule {
  /** Its number. */
  readonly rule: string;
  /** Why not, as a sentence. */
  readonly why: string;
  /** The tests that see it, a file from the root of the repository in which the rule's number stands. */
  readonly seenBy: string;
}

const PROTOCOL = join(import.meta.dirname, '../../docs/protocol.md');

/** Each rule of the protocol begins a paragraph with its number. */
const RULE = /^- \*\*([A-Z]\d+)\*\*/gm;

/** The numbers of the rules, in the order of the protocol. */
export async function numberedRules(): Promise<readonly string[]> {
  const text = await readFile(PROTOCOL, 'utf8');
  return [...text.matchAll(RULE)].map(([, rule = '']) => rule);
}

/** Rules about what never happens in a story. */
export const UNSEEN_RULES: readonly UnseenRule[] = [
  {
    rule: 'I1',
    why: 'In a story no cluster is cloned, and nobody changes a cluster id.',
    seenBy: 'test/application/protocol/identity.test.ts',
  },
  {
    rule: 'I4',
    why: 'The address of a provider and the credentials for it stay.',
    seenBy: 'test/provider/moving.test.ts',
  },
  {
    rule: 'I6',
    why: 'Clusters have provider objects of their own, so that no two installations claim one.',
    seenBy: 'test/provider/claim.test.ts',
  },
  {
    rule: 'R6',
    why: 'Every provider object leaves `registrationName` as it is.',
    seenBy: 'test/application/protocol/recovering.test.ts',
  },
  {
    rule: 'R11',
    why: 'Both providers list all that they hold.',
    seenBy: 'test/application/protocol/unlisted.test.ts',
  },
  {
    rule: 'R12',
    why: 'Nobody gives two objects one Secret name, or one registration.',
    seenBy: 'test/application/protocol/recovering.test.ts',
  },
  {
    rule: 'D3',
    why: 'Nobody sets the annotation that abandons.',
    seenBy: 'test/application/protocol/life.test.ts',
  },
  { rule: 'D5', why: 'Nobody deletes a provider object or a namespace.', seenBy: 'test/provider/in-use.test.ts' },
  { rule: 'D6', why: 'The simulated API server has no admission policies.', seenBy: 'test/deploy/policies.test.ts' },
  { rule: 'A1', why: 'Nobody adopts.', seenBy: 'test/application/protocol/life.test.ts' },
  {
    rule: 'A2',
    why: 'Nobody adopts, and every object states its policy.',
    seenBy: 'test/api/application-crd.test.ts',
  },
  { rule: 'A3', why: 'Nobody observes.', seenBy: 'test/application/protocol/life.test.ts' },
];

/** Of rules that are watched over, what never happens in a story. */
export const UNSEEN_PARTS: readonly UnseenRule[] = [
  {
    rule: 'I3',
    why: 'Every provider object is one of the whole cluster, and nobody changes where it leads.',
    seenBy: 'test/provider/identity.test.ts',
  },
  {
    rule: 'R3',
    why: 'A listing takes milliseconds, so that hardly ever two runs through its pages differ.',
    seenBy: 'test/application/protocol/proof.test.ts',
  },
  {
    rule: 'R7',
    why: 'No provider answers a create with an id that another object holds.',
    seenBy: 'test/application/protocol/recovering.test.ts',
  },
  { rule: 'R10', why: 'Nobody releases what was retained.', seenBy: 'test/provider/released.test.ts' },
  {
    rule: 'B1',
    why: 'Nobody confirms that many registrations are gone.',
    seenBy: 'test/application/protocol/deletion.test.ts',
  },
  {
    rule: 'S10',
    why: 'No deep resync is due but where the clock of an API server jumps, and nobody judges that one.',
    seenBy: 'test/application/overlap/reading-back.test.ts',
  },
  {
    rule: 'S8',
    why: 'Nobody judges whether the Secret of a former name goes before its time, once no workload refers to it.',
    seenBy: 'test/application/protocol/life.test.ts',
  },
  {
    rule: 'T1',
    why: 'No spec names a window.',
    seenBy: 'test/application/rotation/schedule.test.ts',
  },
  {
    rule: 'T1',
    why: 'Nobody sets an end to a secret at a provider.',
    seenBy: 'test/application/overlap/ending.test.ts',
  },
  {
    rule: 'T1',
    why: 'No interval passes but where the clock of an API server jumps, and nobody judges whether a scheduled rotation comes.',
    seenBy: 'test/application/protocol/life.test.ts',
  },
  {
    rule: 'T3',
    why: 'No edit makes an overlap shorter or longer.',
    seenBy: 'test/application/overlap/rotating.test.ts',
  },
  {
    rule: 'T3',
    why: 'Hardly any Pod runs with a superseded secret until `retireAfter` is over.',
    seenBy: 'test/application/overlap/retiring.test.ts',
  },
  {
    rule: 'T3',
    why: 'Nobody keeps the operator from looking at workloads for as long as `retireAfter`.',
    seenBy: 'test/application/overlap/rolling.test.ts',
  },
  {
    rule: 'T5',
    why: 'No provider object has a limit that a story reaches.',
    seenBy: 'test/application/protocol/rotation.test.ts',
  },
  {
    rule: 'O6',
    why: 'A call that is repeated once too often with a fresh token changes nothing that a bystander sees.',
    seenBy: 'test/idp/logto/tokens.test.ts',
  },
  { rule: 'B2', why: 'Nobody suspends a provider object.', seenBy: 'test/provider/suspension.test.ts' },
  {
    rule: 'O3',
    why: 'A call is judged as it leaves its process, and not by how much of the Lease is left when it begins, or when it ends.',
    seenBy: 'test/application/protocol/operations.test.ts',
  },
  {
    rule: 'S1',
    why: 'No finalizer keeps a Secret that is being deleted.',
    seenBy: 'test/application/protocol/secret.test.ts',
  },
  {
    rule: 'D1',
    why: 'Nobody gives two objects one registration, so that another object holds what is to be deleted.',
    seenBy: 'test/application/protocol/deletion.test.ts',
  },
  {
    rule: 'I7',
    why: 'No spec names a Secret by its former name again in the moment in which that Secret goes.',
    seenBy: 'test/application/protocol/former-secrets.test.ts',
  },
];
