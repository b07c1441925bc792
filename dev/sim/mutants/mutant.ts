/** A text that is replaced by another. */
export interface Replacement {
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** A known way to break the protocol: a text of one file that is replaced by another. */
export interface Mutant extends Replacement {
  /** In kebab case. */
  readonly name: string;
  /** What the operator then does, as a sentence. */
  readonly breaks: string;
  /** The rules of the protocol that it breaks. */
  readonly rules: readonly string[];
  /** The invariants that are about what it breaks. That another one accuses, too, says nothing of them. */
  readonly toldBy: readonly string[];
  /** What has to go with it, where one line of defence stands behind another. */
  readonly also?: readonly Replacement[];
}

/** All that is replaced. */
export function replacementsOf(mutant: Mutant): readonly Replacement[] {
  return [mutant, ...(mutant.also ?? [])];
}

/** The text of a file, mutated. @throws Error where what is to be replaced does not occur exactly once */
export function mutated({ name }: Mutant, { file, find, replace }: Replacement, text: string): string {
  const [before, after, ...more] = text.split(find);
  if (before !== undefined && after !== undefined && more.length === 0) return before + replace + after;
  throw new Error(`${name}: what it replaces occurs ${after === undefined ? 'nowhere' : 'twice'} in ${file}`);
}
