import { ANNOTATIONS } from '../api/names.ts';
import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';

/**
 * What only a person can answer: whether what is missing is gone (protocol B1), whether another address leads to the same
 * tenant, and whether other credentials do (I4). The last two have one annotation and count apart: the first stays open
 * for as long as an application has not moved, and must not let strangers in meanwhile.
 */
export type Question = 'disappearance' | 'identity' | 'credentials';

/** What a person asks for by an annotation, or answers. */
type Saying = Question | 'listing';

/** The annotation that says it, and the name under which `status.served` keeps its token. */
const SAYINGS = {
  disappearance: { annotation: ANNOTATIONS.confirmDisappearance, served: 'confirm-disappearance' },
  identity: { annotation: ANNOTATIONS.confirmIdentity, served: 'confirm-identity' },
  credentials: { annotation: ANNOTATIONS.confirmIdentity, served: 'confirm-credentials' },
  listing: { annotation: ANNOTATIONS.reconcileRequestedAt, served: 'reconcile-requested-at' },
} as const satisfies Record<Saying, { readonly annotation: string; readonly served: string }>;

const ALL = ['disappearance', 'identity', 'credentials', 'listing'] as const satisfies readonly Saying[];

/** The name under which `status.served` keeps how many missing registrations an answer covers, and which answer that is. */
const COVERS = 'disappearance-covers';

/** As much of a token as the status can keep. */
const TOKEN_LENGTH = 2048;

/** The answer that a person has given and that was not used up yet. */
export function answerTo(question: Question, provider: Pick<OAuthProvider, 'metadata' | 'status'>): string | undefined {
  return unserved(question, provider);
}

/**
 * Whether a person has said that as many registrations as are missing now are gone. An answer covers those that were
 * missing when it was first looked at: what is not registered anew, since its object rests, keeps the question open for
 * good, and with it the answer, which must not answer for what goes missing later.
 */
export function isGoneAsAnswered(missing: number, provider: Pick<OAuthProvider, 'metadata' | 'status'>): boolean {
  const token = unserved('disappearance', provider);
  return token !== undefined && missing <= (coveredBy(token, provider.status?.served) ?? missing);
}

/** Whether a person asks for a listing now. */
export function isListingRequested(provider: Pick<OAuthProvider, 'metadata' | 'status'>): boolean {
  return unserved('listing', provider) !== undefined;
}

/** Whatever comes of a pass: an annotation that was taken away is forgotten, and may be set again with the same value. */
export function servedStill(
  provider: OAuthProvider,
  served: OAuthProviderStatus['served'],
): OAuthProviderStatus['served'] {
  const absent = ALL.filter((saying) => tokenOf(saying, provider) === undefined);
  const withdrawn = new Set<string>(absent.map((saying) => SAYINGS[saying].served));
  if (tokenOf('disappearance', provider) === undefined) withdrawn.add(COVERS);
  const left = Object.entries(served ?? {}).filter(([name]) => !withdrawn.has(name));
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/**
 * What has been served once a listing was looked over: a request for one, and every answer to a question that is not
 * `open` any more, so that it answers no later one. Of one that is still open it says how much it covers.
 *
 * @param missing how many registrations are, of those that live objects hold
 */
export function servedAfter(
  { open, missing }: { readonly open: ReadonlySet<Question>; readonly missing: number },
  provider: OAuthProvider,
  served: OAuthProviderStatus['served'],
): OAuthProviderStatus['served'] {
  const { [COVERS]: _, ...still } = servedStill(provider, served) ?? {};
  const after: Record<string, string> = still;
  for (const saying of ALL) {
    const token = tokenOf(saying, provider);
    if (token !== undefined && (saying === 'listing' || !open.has(saying))) after[SAYINGS[saying].served] = token;
  }
  const answer = open.has('disappearance') ? unserved('disappearance', { ...provider, status: { served } }) : undefined;
  if (answer !== undefined) after[COVERS] = covering(Math.min(coveredBy(answer, served) ?? missing, missing), answer);
  return Object.keys(after).length === 0 ? undefined : after;
}

function coveredBy(token: string, served: OAuthProviderStatus['served']): number | undefined {
  const note = served?.[COVERS];
  const count = Number.parseInt(note ?? '', 10);
  return note === covering(count, token) ? count : undefined;
}

function covering(count: number, token: string): string {
  return `${count} ${token}`.slice(0, TOKEN_LENGTH).toWellFormed();
}

function unserved(saying: Saying, provider: Pick<OAuthProvider, 'metadata' | 'status'>): string | undefined {
  const token = tokenOf(saying, provider);
  return token === provider.status?.served?.[SAYINGS[saying].served] ? undefined : token;
}

function tokenOf(saying: Saying, { metadata }: Pick<OAuthProvider, 'metadata'>): string | undefined {
  const token = metadata.annotations?.[SAYINGS[saying].annotation]?.slice(0, TOKEN_LENGTH).toWellFormed();
  return token === '' ? undefined : token;
}
