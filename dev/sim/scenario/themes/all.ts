import { lateRequest, lostThenLeft, refused, standstill, unheard } from './calls.ts';
import { forged, goneAtOnce, hidden, neighbours, otherId, retained, wentBack, wiped } from './people.ts';
import { busyRotations, contested } from './rotations.ts';
import { foreground, foundByName, idsAgain, namesakes, outage, scheduled } from './surroundings.ts';
import type { DrawTheme } from './theme.ts';

/** Each as likely as the others. */
export const THEMES: readonly DrawTheme[] = [
  lateRequest,
  unheard,
  lostThenLeft,
  standstill,
  goneAtOnce,
  hidden,
  forged,
  otherId,
  busyRotations,
  retained,
  wentBack,
  wiped,
  contested,
  neighbours,
  refused,
  namesakes,
  scheduled,
  outage,
  idsAgain,
  foundByName,
  foreground,
];
