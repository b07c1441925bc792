import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Chance } from '../../../src/runtime/chance.ts';
import { randomHex } from '../../../src/runtime/chance.ts';
import type { Clock } from '../../../src/runtime/clock.ts';

/** What a token says. It says it until it expires, whatever happens to the application or its roles. */
export type Claims = z.infer<typeof Claims>;

const Claims = z.object({
  jti: z.string(),
  sub: z.string(),
  client_id: z.string(),
  iss: z.string(),
  aud: z.string(),
  scope: z.string().optional(),
  iat: z.number(),
  exp: z.number(),
});

/** What becomes of a token that is presented. */
export type Verdict =
  | { readonly type: 'good'; readonly claims: Claims }
  | { readonly type: 'expired'; readonly claims: Claims }
  | { readonly type: 'malformed' }
  | { readonly type: 'forged' };

/** What a token is, whenever it is presented. */
type Checked =
  | { readonly type: 'signed'; readonly claims: Claims }
  | Extract<Verdict, { readonly type: 'malformed' | 'forged' }>;

/** Issues tokens and reads them. Keeps none: whoever holds one can use it. */
export interface TokenMint {
  issue(said: Pick<Claims, 'client_id' | 'iss' | 'aud' | 'scope'>, ttlSeconds: number): string;
  read(token: string): Verdict;
}

/** Signed with a key of this emulator only: a token of another one is forged here. */
export function tokenMint(clock: Clock, chance: Chance): TokenMint {
  const key = createSecretKey(chance.bytes(32));
  const header = encoded({ alg: 'ES384', typ: 'at+jwt', kid: randomHex(chance, 8) });
  const sign = (content: string) => createHmac('sha384', key).update(content).digest();

  /** A client sends the same token until it expires: what was read last need not be checked again. */
  let last: { readonly token: string; readonly checked: Checked } | undefined;

  function checkedOf(token: string): Checked {
    const [head = '', payload = '', signature, ...more] = token.split('.');
    const claims = Claims.safeParse(decoded(payload));
    if (signature === undefined || more.length > 0 || !claims.success) return { type: 'malformed' };
    const expected = sign(`${head}.${payload}`);
    const actual = Buffer.from(signature, 'base64url');
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return { type: 'forged' };
    return { type: 'signed', claims: claims.data };
  }

  return {
    issue(said, ttlSeconds) {
      const iat = Math.floor(clock.now() / 1000);
      const claims = { jti: randomHex(chance, 10), sub: said.client_id, ...said, iat, exp: iat + ttlSeconds };
      const content = `${header}.${encoded(claims)}`;
      return `${content}.${sign(content).toString('base64url')}`;
    },

    read(token) {
      if (last?.token !== token) last = { token, checked: checkedOf(token) };
      const { checked } = last;
      if (checked.type !== 'signed') return checked;
      return { type: checked.claims.exp * 1000 <= clock.now() ? 'expired' : 'good', claims: checked.claims };
    },
  };
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}
