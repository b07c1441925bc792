import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A rule that the simulator cannot see broken. */
export interface UnseenRule {
  /** Why not, as a sentence. */
  readonly why: string;
  /** The test that sees it, from the root of the repository; `undefined` where there is nothing to test yet. */
  readonly seenBy: string | undefined;
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
export const UNSEEN_RULES: Readonly<Record<string, UnseenRule>> = {
  I1: {
    why: 'In a story no cluster is cloned, and nobody changes a cluster id.',
    seenBy: 'test/kube/installation.test.ts',
  },
  I4: { why: 'The address of a provider and the credentials for it stay.', seenBy: 'test/provider/moving.test.ts' },
  I6: {
    why: 'Clusters have provider objects of their own, so that no two installations claim one.',
    seenBy: 'test/provider/claim.test.ts',
  },
  R6: {
    why: 'Every provider object leaves `registrationName` as it is.',
    seenBy: 'test/application/protocol/recovering.test.ts',
  },
  R11: { why: 'No adapter has a provider without a listing yet.', seenBy: undefined },
  R12: {
    why: 'Nobody gives two objects one Secret name, or one registration.',
    seenBy: 'test/application/protocol/recovering.test.ts',
  },
  S2: {
    why: 'Nobody makes a Secret of our name between the dry run and the write.',
    seenBy: 'test/application/protocol/secret.test.ts',
  },
  D3: { why: 'Nobody sets the annotation that abandons.', seenBy: 'test/application/protocol/life.test.ts' },
  D5: { why: 'Nobody deletes a provider object or a namespace.', seenBy: 'test/provider/in-use.test.ts' },
  D6: { why: 'The simulated API server has no admission policies.', seenBy: 'test/deploy/policies.test.ts' },
  A1: { why: 'Nobody adopts.', seenBy: 'test/application/protocol/life.test.ts' },
  A2: { why: 'Nobody adopts, and every object states its policy.', seenBy: 'test/api/application-crd.test.ts' },
  A3: { why: 'Nobody observes.', seenBy: 'test/application/protocol/life.test.ts' },
};
