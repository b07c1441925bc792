import { DRAIN_MS } from '../src/config.ts';
import { type Flag, variableOf } from '../src/flags/flag.ts';
import { FLAGS, SWITCHES } from '../src/flags/flags.ts';
import { JITTER_FACTOR, SHORTEST_LEASE_MS } from '../src/runtime/lease-times.ts';
import { table } from './markdown.ts';

const INTRODUCTION = `# Flags

Each can be given to the operator as a flag or as a variable of its environment; the flag wins. A wrong one ends the process
at its start, with every mistake in the log. [The chart](../charts/oauthapp-operator/README.md) sets them from its values; with
kustomize they stand in [deploy/base/deployment.yaml](../deploy/base/deployment.yaml).`;

const NOTES = `## What must fit together

- \`--cluster-id\` never changes, and differs from that of every other installation at the same provider, also of those that
  serve other namespaces of the cluster. With \`--scope=namespace\` it is required.
- \`--watch-namespace\` is for \`--scope=namespace\` alone.
- \`--provider-selector\` takes a \`--lease-name\` of its own for [each shard](guides/sharding.md).
- \`--lease-duration\` is in whole seconds, more than ${SHORTEST_LEASE_MS / 1_000}s, and longer than \`--renew-deadline\` and \`--call-deadline\`.
  \`--renew-deadline\` is longer than ${JITTER_FACTOR} times \`--retry-period\`.
- \`--call-deadline\` is ${DRAIN_MS / 1_000}s at most: so long an operator that is told to stop waits for a call.

## Without a value

These have no variable.`;

/** The reference of the operator's flags, in Markdown. */
export function flagsPage(): string {
  const flags = Object.values(FLAGS).map((flag: Flag<unknown>) => [
    `\`--${flag.name}\``,
    `\`${variableOf(flag)}\``,
    flag.kind.expects,
    flag.byDefault,
    sentence(flag.help),
  ]);
  const switches = Object.entries(SWITCHES).map(([name, help]) => [`\`--${name}\``, sentence(help)]);
  return [
    INTRODUCTION,
    table(['Flag', 'Variable', 'Takes', 'Default', 'Meaning'], flags),
    NOTES,
    table(['Flag', 'What it does'], switches),
  ]
    .join('\n\n')
    .concat('\n');
}

function sentence(help: string): string {
  return `${help.charAt(0).toUpperCase()}${help.slice(1)}.`;
}
