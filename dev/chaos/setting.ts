import type { ControlPlane } from '../control-plane.ts';
import type { LogiEmulator } from '../emulators/logi.ts';
import type { SeededChance } from '../sim/chance.ts';
import type { Fleet } from './fleet.ts';
import type { Hands } from './hands.ts';
import type { RecordedLogto } from './recorded-logto.ts';
import type { Tell } from './trace.ts';
import type { Witness } from './witness.ts';

/** All that runs while a round is played. */
export interface Setting {
  readonly plane: ControlPlane;
  readonly namespace: string;
  readonly logi: LogiEmulator;
  readonly logto: RecordedLogto;
  readonly hands: Hands;
  readonly witness: Witness;
  readonly fleet: Fleet;
  readonly chance: SeededChance;
  readonly tell: Tell;
}
