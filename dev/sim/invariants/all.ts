import { credentials } from './credentials.ts';
import { delivery } from './delivery.ts';
import { fence } from './fence.ts';
import { finalizer } from './finalizer.ts';
import type { Invariant } from './invariant.ts';
import { inventory } from './inventory.ts';
import { operations } from './operations.ts';
import { overlap } from './overlap.ts';
import { ownership } from './ownership.ts';
import { records } from './records.ts';
import { rest } from './rest.ts';
import { rotations } from './rotations.ts';
import { secrecy } from './secrecy.ts';

/** Everything that must hold. */
export const INVARIANTS: readonly Invariant[] = [
  operations,
  fence,
  ownership,
  delivery,
  records,
  rotations,
  overlap,
  finalizer,
  secrecy,
  inventory,
  rest,
  credentials,
];
