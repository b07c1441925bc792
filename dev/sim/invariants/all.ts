import { brake } from './brake.ts';
import { creates } from './creates.ts';
import { credentials } from './credentials.ts';
import { delivery } from './delivery.ts';
import { fence } from './fence.ts';
import { finalizer } from './finalizer.ts';
import { foreignSecrets } from './foreign-secrets.ts';
import { formerSecrets } from './former-secrets.ts';
import { heirs } from './heirs.ts';
import { inStep } from './in-step.ts';
import { inTurn } from './in-turn.ts';
import type { Invariant } from './invariant.ts';
import { inventory } from './inventory.ts';
import { deletedSecrets, retainedSecrets } from './left-secrets.ts';
import { leftovers } from './leftovers.ts';
import { letGo } from './let-go.ts';
import { neighbours } from './neighbours.ts';
import { operations } from './operations.ts';
import { orphans } from './orphans.ts';
import { overlap } from './overlap.ts';
import { ownership } from './ownership.ts';
import { pace } from './pace.ts';
import { podsKept } from './pods-kept.ts';
import { preconditions } from './preconditions.ts';
import { privileges } from './privileges.ts';
import { quiet } from './quiet.ts';
import { records } from './records.ts';
import { rehearsals } from './rehearsals.ts';
import { requestsServed } from './requests-served.ts';
import { rest } from './rest.ts';
import { retention } from './retention.ts';
import { retirement } from './retirement.ts';
import { rolled } from './rolled.ts';
import { rotations } from './rotations.ts';
import { secrecy } from './secrecy.ts';
import { suspension } from './suspension.ts';
import { twins } from './twins.ts';
import { unasked } from './unasked.ts';

/** Everything that must hold. */
export const INVARIANTS: readonly Invariant[] = [
  operations,
  rehearsals,
  preconditions,
  fence,
  creates,
  inTurn,
  ownership,
  neighbours,
  privileges,
  leftovers,
  foreignSecrets,
  delivery,
  heirs,
  records,
  rotations,
  quiet,
  requestsServed,
  pace,
  overlap,
  unasked,
  suspension,
  brake,
  finalizer,
  retention,
  retainedSecrets,
  deletedSecrets,
  secrecy,
  inventory,
  twins,
  orphans,
  letGo,
  rest,
  credentials,
  inStep,
  retirement,
  rolled,
  podsKept,
  formerSecrets,
];
