/** The stories of `npm test`: seeds 1 to this one. */
export const FIXED_STORIES = 200;
