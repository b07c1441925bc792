import { APPLICATION_REASONS, PROVIDER_REASONS } from '../src/api/conditions.ts';
import { APPLICATION_REMEDIES, PROVIDER_REMEDIES } from './remedies.ts';

const INTRODUCTION = `# Reasons, and what to do about each

Every condition has a reason, and a message that says more than this page can: it names the field, the object or the
address. [Troubleshooting](guides/troubleshooting.md) says how to look. What is \`Reconciling\` goes on by itself; what is
\`Stalled\` waits for somebody.`;

/** The page with an entry for every reason, in Markdown. */
export function reasonsPage(): string {
  return [
    INTRODUCTION,
    '## On an application',
    ...entries('Application', APPLICATION_REASONS, APPLICATION_REMEDIES),
    '## On a provider object',
    ...entries('Provider', PROVIDER_REASONS, PROVIDER_REMEDIES),
  ]
    .join('\n\n')
    .concat('\n');
}

function entries<Reason extends string>(
  on: 'Application' | 'Provider',
  meanings: Readonly<Record<Reason, string>>,
  remedies: Readonly<Record<Reason, string>>,
): readonly string[] {
  // Object.keys forgets the key type; the tables are constants without other keys.
  const reasons = Object.keys(meanings) as Reason[];
  return reasons
    .toSorted()
    .flatMap((reason) => [`### ${on}: ${reason}`, meanings[reason], `**What to do.** ${remedies[reason]}`]);
}
