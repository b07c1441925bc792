import type { SeededChance } from '../../chance.ts';
import type { Shape, Step } from '../scenario.ts';

/** What seldom comes together by chance: a shape that lets it happen, and the steps of it. */
export interface Theme {
  readonly shape: Shape;
  readonly steps: readonly Step[];
  /** Applications that are not there from the start, by their place in the shape. */
  readonly laterApplied?: readonly number[] | undefined;
}

/** Draws a theme into the shape of a story. */
export type DrawTheme = (shape: Shape, chance: SeededChance) => Theme;
