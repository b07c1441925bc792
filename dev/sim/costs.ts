import type { Blow, CallName, Misanswer } from './blows.ts';

/** What is refused for good. Whoever is not known may be known in a moment. */
const REFUSALS: ReadonlySet<Misanswer> = new Set(['full', 'denied', 'forbidden', 'unprocessable']);

const SECRET_WRITES: ReadonlySet<string> = new Set(['create secrets', 'replace secrets']);

/** Protocol S2, S3: a value that no Secret takes is dropped, whether or not it could be read again. */
export function isRefused(call: CallName, blow: Blow): boolean {
  if (isForestalled(call, blow)) return true;
  return SECRET_WRITES.has(call.kind) && blow.type === 'misanswered' && REFUSALS.has(blow.as);
}

/** Protocol S2: somebody else makes the Secret in the last moment. */
export function isForestalled({ kind }: CallName, { type }: Blow): boolean {
  return type === 'touched' && (kind === 'create secrets' || kind === 'dry-run secrets');
}

/** Protocol T3: who may not see Pods lets a superseded secret be until `retireAfter`. */
export function isBlinding({ kind }: CallName, blow: Blow): boolean {
  return kind === 'list pods' && blow.type === 'misanswered' && REFUSALS.has(blow.as);
}

/** A status that was not written says nothing of a value that is in its Secret, for as long as it is there. */
export function isUnrecorded({ kind }: CallName, { type }: Blow): boolean {
  return (
    kind === 'replace oauthapplications/status' && (type === 'misanswered' || type === 'lost' || type === 'silent')
  );
}

/** A status whose answer is another's; it was written, or not. */
export function isMisread({ kind }: CallName, { type }: Blow): boolean {
  return kind === 'replace oauthapplications/status' && type === 'misanswered';
}

/** The calls whose answer shows a value that nothing shows again. */
const SHOWING: ReadonlySet<string> = new Set(['logi create', 'logi rotate']);

/** Protocol S3: whatever keeps the API server from answering, the write of a Secret is repeated. */
export function mayBeLost({ kind }: CallName, blow: Blow): boolean {
  switch (blow.type) {
    case 'died':
    case 'stopped':
      return true;
    case 'misanswered':
    case 'lost':
    case 'silent':
    case 'slow':
    case 'twice':
    case 'touched':
    case 'let-go':
      return SHOWING.has(kind);
  }
}
