/** @see https://docs.1pass.dev/en/oauth/scopes; `offline_access` stands in the registration guide alone. */
const KNOWN: ReadonlySet<string> = new Set([
  'openid',
  'profile',
  'profile:basic',
  'email',
  'phone',
  'address',
  'identity:level',
  'offline_access',
]);

/** `<namespace>:<key>` in the characters of a scope token (RFC 6749 section 3.3). */
const CUSTOM = /^[!#-9;-[\]-~]+:[!#-9;-[\]-~]+$/;

/** Why an application cannot be allowed `scope`, as the end of a sentence that starts with the field. */
export function scopeProblem(scope: string): string | undefined {
  if (KNOWN.has(scope) || CUSTOM.test(scope)) return undefined;
  return 'is neither a scope of logi nor of the form <namespace>:<key> with exactly one colon';
}

/** Whether both name the same scopes. Order and repetition do not count, nor which of its two names `profile` has. */
export function sameScopes(left: readonly string[], right: readonly string[]): boolean {
  return new Set(left.map(canonical)).symmetricDifference(new Set(right.map(canonical))).size === 0;
}

/** `scopes` without repetitions, each as it is spelled first. */
export function distinctScopes(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope, at) => scopes.findIndex((other) => canonical(other) === canonical(scope)) === at);
}

function canonical(scope: string): string {
  return scope === 'profile' ? 'profile:basic' : scope;
}
