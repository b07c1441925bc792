import { ANSWER_MUTANTS } from './answers.ts';
import { ASKING_MUTANTS } from './asking.ts';
import { CACHE_MUTANTS } from './caches.ts';
import { CALL_MUTANTS } from './calls.ts';
import { HEIR_MUTANTS } from './heirs.ts';
import type { Mutant } from './mutant.ts';
import { OPERATION_MUTANTS } from './operations.ts';
import { PARTING_MUTANTS } from './partings.ts';
import { PRIVILEGE_MUTANTS } from './privileges.ts';
import { PROOF_MUTANTS } from './proofs.ts';
import { REGISTRATION_MUTANTS } from './registrations.ts';
import { ROTATION_MUTANTS } from './rotations.ts';
import { SECRET_MUTANTS } from './secrets.ts';
import { TELLING_MUTANTS } from './telling.ts';
import { WATCHING_MUTANTS } from './watching.ts';
import { WORKLOAD_MUTANTS } from './workloads.ts';

/** Every known way to break the protocol. */
export const MUTANTS: readonly Mutant[] = [
  ...OPERATION_MUTANTS,
  ...ANSWER_MUTANTS,
  ...REGISTRATION_MUTANTS,
  ...HEIR_MUTANTS,
  ...PROOF_MUTANTS,
  ...SECRET_MUTANTS,
  ...ROTATION_MUTANTS,
  ...PARTING_MUTANTS,
  ...TELLING_MUTANTS,
  ...ASKING_MUTANTS,
  ...WATCHING_MUTANTS,
  ...CACHE_MUTANTS,
  ...CALL_MUTANTS,
  ...PRIVILEGE_MUTANTS,
  ...WORKLOAD_MUTANTS,
];
