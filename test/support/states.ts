import { readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What of an object of ours is looked at by whoever judges its health, as an API server showed it. */
export type RecordedState = z.infer<typeof RecordedState>;

const RecordedCondition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
  observedGeneration: z.int(),
  lastTransitionTime: z.string(),
});

export const RecordedState = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), generation: z.int(), deletionTimestamp: z.string().optional() }),
  status: z.object({ observedGeneration: z.int(), conditions: z.array(RecordedCondition) }).optional(),
});

/** Where the states are kept that tests of whole processes came upon. */
export const STATES = join(import.meta.dirname, '../golden/states.json');

/**
 * Names the file to which every state is added that a test reads. To record anew what {@link STATES} keeps:
 *
 *     OAUTHAPP_RECORD_STATES=/tmp/states vitest run test/e2e
 *     node test/support/programs/choose-states.ts /tmp/states
 */
const RECORDING = process.env['OAUTHAPP_RECORD_STATES'];

/** Adds the state of an object to the recording, if there is one. */
export async function record(object: unknown): Promise<void> {
  if (RECORDING === undefined) return;
  const state = RecordedState.safeParse(object);
  if (state.success) await appendFile(RECORDING, `${JSON.stringify(state.data)}\n`);
}

/** The recorded states, each with every reason of its conditions. */
export function recordedStates(): readonly RecordedState[] {
  return z.array(RecordedState).parse(JSON.parse(readFileSync(STATES, 'utf8')));
}

/** The condition of this type. */
export function conditionIn({ status }: RecordedState, type: string) {
  return status?.conditions.find((condition) => condition.type === type);
}
