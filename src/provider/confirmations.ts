import { ANNOTATIONS } from '../api/names.ts';
import type { OAuthProvider, OAuthProviderStatus } from '../api/provider.ts';

/** What only a person can answer: whether what is missing is gone (protocol B1), whether this is still the tenant (I4). */
export type Question = 'disappearance' | 'identity';

/** The annotation that answers, and the name under which `status.served` keeps the answer. */
const ANSWERS = {
  disappearance: { annotation: ANNOTATIONS.confirmDisappearance, served: 'confirm-disappearance' },
  identity: { annotation: ANNOTATIONS.confirmIdentity, served: 'confirm-identity' },
} as const satisfies Record<Question, { readonly annotation: string; readonly served: string }>;

/** As much of a token as the status can keep. */
const TOKEN_LENGTH = 2048;

/** The answer that a person has given and that was not used up yet. */
export function answerTo(question: Question, provider: Pick<OAuthProvider, 'metadata' | 'status'>): string | undefined {
  const token = tokenOf(question, provider);
  return token === provider.status?.served?.[ANSWERS[question].served] ? undefined : token;
}

/**
 * Uses up every answer to a question that is not `open` any more, so that it answers no later one. An annotation that
 * is taken away is forgotten, and may be set again with the same value.
 */
export function servedAfter(
  open: ReadonlySet<Question>,
  provider: OAuthProvider,
  served: OAuthProviderStatus['served'],
): OAuthProviderStatus['served'] {
  const after = { ...served };
  for (const question of ['disappearance', 'identity'] as const) {
    const name = ANSWERS[question].served;
    const token = tokenOf(question, provider);
    if (token === undefined) delete after[name];
    else if (!open.has(question)) after[name] = token;
  }
  return Object.keys(after).length === 0 ? undefined : after;
}

function tokenOf(question: Question, { metadata }: Pick<OAuthProvider, 'metadata'>): string | undefined {
  const token = metadata.annotations?.[ANSWERS[question].annotation]?.slice(0, TOKEN_LENGTH);
  return token === '' ? undefined : token;
}
