import { goneAtOnce, idsAgain, remade, undeleted, wentBack } from './backups.ts';
import { lateRequest, lostThenLeft, lostThenWiped, putAside, refused, standstill, unheard } from './calls.ts';
import { forged, hidden, neighbours, otherId, partedFromTwins, retained, wiped } from './people.ts';
import { busyRotations, contested } from './rotations.ts';
import { foreground, foundByName, namesakes, outage, scheduled } from './surroundings.ts';
import type { DrawTheme } from './theme.ts';

/** Each as likely as the others. */
export const THEMES: readonly DrawTheme[] = [
  partedFromTwins,
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
  lostThenWiped,
  putAside,
  undeleted,
  remade,
];
