import { effectiveSecretName, type OAuthApplication } from '../api/application.ts';

/** Names of Secrets that an object has, is about to write, or wants (protocol R12). */
export function namesClaimed(application: OAuthApplication): ReadonlySet<string> {
  return new Set([...namesHeld(application), effectiveSecretName(application)]);
}

/** Names that the spec asks for no more, and those that the status has no more. */
export function namesGivenUp(before: OAuthApplication, after: OAuthApplication): ReadonlySet<string> {
  const held = namesHeld(after);
  const wanted = effectiveSecretName(before);
  const letGo = [...namesHeld(before)].filter((name) => !held.has(name));
  return new Set(wanted === effectiveSecretName(after) ? letGo : [...letGo, wanted]);
}

/** By the status: a claim that goes before every spec. */
function namesHeld({ status }: OAuthApplication): ReadonlySet<string> {
  return new Set([status?.secret?.name, status?.operation?.secretName].filter((name) => name !== undefined));
}
