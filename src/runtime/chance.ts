import { randomBytes } from 'node:crypto';

/** Chance, injected like time. */
export interface Chance {
  /** Uniform in [0, 1). For jitter; not a secret. */
  fraction(): number;
  /** `bytes` unpredictable bytes. */
  bytes(bytes: number): Uint8Array;
}

/** The machine's chance. The only caller of `Math.random` and `randomBytes`. */
export const systemChance: Chance = {
  fraction: () => Math.random(),
  bytes: (bytes) => randomBytes(bytes),
};

/** A random identifier of `bytes` bytes in lower-case hex. */
export function randomHex(chance: Chance, bytes: number): string {
  return Buffer.from(chance.bytes(bytes)).toString('hex');
}
