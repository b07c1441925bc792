/** Names in a sentence: there is no bound on how many there are of what people make, and one on the length of a message. */
const MOST_NAMED = 5;

/** The names in a row, the first of them where there are many, with how many more there are. */
export function inARow(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}
