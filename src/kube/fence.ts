/** Throws when no write may be made now: without a valid lease nothing is written (design section 8). */
export type Fence = () => void;
