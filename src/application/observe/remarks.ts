import { stuck } from '../enforced.ts';
import type { RetirementView } from '../observed.ts';
import type { Pass } from '../pass.ts';
import type { Facts } from '../ports/applications.ts';
import type { Retiring } from '../rotation/retiring.ts';
import { inARow } from '../wording.ts';

/** A preference that cannot be had is no reason to refuse the spec, and none to be silent about it. */
export function remarksOn(
  facts: Facts,
  { retirement, copies }: { readonly retirement: RetirementView; readonly copies: readonly string[] },
  { desired, provider }: Pass,
): readonly string[] {
  const idle = provider.manners.rotation === 'immediate' ? desired.overlap.said : [];
  const noOverlap = idle.map(
    (path) => `${path} keeps no superseded secret working, since the provider lets only one secret work at a time`,
  );
  const left = stuck(facts.enforced, desired.metadata, provider).map(
    (field) => `spec.${field} is left out and stays as it was, since the provider has no way to take it away`,
  );
  const retiring = retirement.type === 'waiting' ? waitsOf(retirement.retiring) : [];
  return [...provider.remarks(desired.metadata), ...noOverlap, ...left, ...retiring, ...leftAlone(copies)];
}

function leftAlone(copies: readonly string[]): readonly string[] {
  if (copies.length === 0) return [];
  return copies.length === 1
    ? [`registration ${inARow(copies)} bears a copy of an owner mark of this object and is left alone`]
    : [`registrations ${inARow(copies)} bear copies of an owner mark of this object and are left alone`];
}

/** A sentence for each thing that superseded secrets wait for: of fifty one alone would not fit into a message. */
function waitsOf(retiring: readonly Retiring[]): readonly string[] {
  const byWait = Map.groupBy(retiring, ({ waitingFor = '' }) => waitingFor);
  return [...byWait].map(([waitingFor, entries]) => {
    const names = inARow(entries.map(({ name }) => name));
    return entries.length === 1
      ? `superseded secret ${names} goes on working and waits for ${waitingFor}`
      : `superseded secrets ${names} go on working and wait for ${waitingFor}`;
  });
}
