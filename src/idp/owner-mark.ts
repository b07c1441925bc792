import { z } from 'zod';

/** Shape of the mark; a release that changes it counts up, and leaves alone what it does not know (protocol I5). */
export const MARK_VERSION = 1;

/** Name under which a provider that stores texts beside a registration keeps the mark. Users may not write it. */
export const MARK_KEY = 'oauthapp.dev/owner';

const Mark = z.object({
  v: z.literal(MARK_VERSION),
  installation: z.string(),
  cluster: z.string(),
  namespaceUid: z.string(),
  uid: z.string(),
  namespace: z.string(),
  name: z.string(),
  /** Id of the operation that made the registration, or took it over. */
  operation: z.string(),
  /** The object is gone and left it behind on purpose (protocol D4). */
  retained: z.boolean(),
  /** Keyed digest over all of the above: whoever may write at the provider cannot make one. */
  proof: z.string(),
});

/** All that this release can tell of a mark that a later one made. */
const Later = z.object({ v: z.int().gt(MARK_VERSION) });

/** Whose a registration is (protocol I5), as the provider keeps it. */
export type OwnerMark = Readonly<z.infer<typeof Mark>>;

/** The mark on a registration, as far as this release can read it. */
export type MarkView =
  | { readonly type: 'none' }
  /** A later release made it: looked at and never touched. */
  | { readonly type: 'foreign-version' }
  /** No release made it as it is, so that it says nothing: looked at and never touched either. */
  | { readonly type: 'damaged' }
  | { readonly type: 'mark'; readonly mark: OwnerMark };

export const UNMARKED: MarkView = { type: 'none' };

/** Reads what stands where the mark is kept; `undefined`: nothing does. */
export function markOf(value: unknown): MarkView {
  if (value === undefined || value === null) return UNMARKED;
  const mark = Mark.safeParse(value);
  if (mark.success) return { type: 'mark', mark: mark.data };
  return Later.safeParse(value).success ? { type: 'foreign-version' } : { type: 'damaged' };
}
