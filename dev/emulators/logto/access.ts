import { refusal } from './refusal.ts';
import { managementResource } from './switches.ts';
import type { Claims, Verdict } from './tokens.ts';
import type { Request, World } from './world.ts';

/** Lets a call of the Management API through. @throws Refusal 401, 403 or 429 */
export function authorise({ headers }: Request, { tokens, switches, gate }: World): void {
  gate.pass();
  const claims = claimsOf(tokens.read(bearerOf(headers.authorization)));
  if (claims.aud !== managementResource(switches())) {
    const data = { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', name: 'JWTClaimValidationFailed', claim: 'aud' };
    throw unauthorized({ ...data, reason: 'check_failed', payload: claims });
  }
  if (claims.scope !== 'all') throw refusal({ status: 403, code: 'auth.forbidden' });

  const { hosting, subscription } = switches();
  if (hosting === 'cloud' && subscription === 'suspended') {
    throw refusal({ status: 403, code: 'subscription.tenant_suspended' });
  }
}

/** The client whose token this is, good or not; for the journal. */
export function callerOf({ headers }: Pick<Request, 'headers'>, { tokens }: Pick<World, 'tokens'>): string | undefined {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const verdict = token === undefined ? undefined : tokens.read(token);
  return verdict?.type === 'good' || verdict?.type === 'expired' ? verdict.claims.client_id : undefined;
}

function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined) throw refusal({ status: 401, code: 'auth.authorization_header_missing' });
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  if (token !== undefined) return token;
  throw refusal({
    status: 401,
    code: 'auth.authorization_token_type_not_supported',
    data: { supportedTypes: ['Bearer'] },
  });
}

function claimsOf(verdict: Verdict): Claims {
  switch (verdict.type) {
    case 'good':
      return verdict.claims;
    case 'malformed':
      throw unauthorized({ code: 'ERR_JWS_INVALID', name: 'JWSInvalid' });
    case 'forged':
      throw unauthorized({
        code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
        name: 'JWSSignatureVerificationFailed',
      });
    case 'expired': {
      const data = { code: 'ERR_JWT_EXPIRED', name: 'JWTExpired', claim: 'exp', reason: 'check_failed' };
      throw unauthorized({ ...data, payload: verdict.claims });
    }
  }
}

function unauthorized(data: Readonly<Record<string, unknown>>) {
  return refusal({ status: 401, code: 'auth.unauthorized', data });
}
