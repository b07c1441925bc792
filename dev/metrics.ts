import { CATALOGUE, type MetricFamily } from '../src/telemetry/catalogue.ts';
import { table } from './markdown.ts';

const INTRODUCTION = `# Metrics

Served on \`/metrics\` of the address in [\`--metrics-address\`](flags.md), in the text format of Prometheus. [The
rules](alerts.md) and the dashboard stand on them.

Labels hold words of ours alone, so that neither a provider nor a tenant can make up text or series: what else comes in is
\`other\`. Every replica counts the objects that it sees, so take the greatest figure of several, not their sum. Calls,
passes and queues are counted by the replica that is leader.

Beside these there are the usual metrics of a Node process, \`process_*\` and \`nodejs_*\`.`;

const NOTES = `## Words

- \`kind\`: \`OAuthApplication\`, \`OAuthProvider\`, \`ClusterOAuthProvider\`.
- \`type\`, \`status\`, \`reason\` of \`oauthapp_conditions\`: those of [the conditions](reference.md#conditions).
- \`controller\`, and \`name\` of a queue: \`applications\`, \`providers\`. \`result\`: \`await-change\`, \`again\`,
  \`back-off\`, \`failed\`.
- \`verb\` of a call to a provider: what was asked for, such as \`register\` or \`issue-secret\`. \`code\`: \`ok\`, or that of
  the error.
- \`verb\` of a call to the API server: \`get\`, \`list\`, \`create\`, \`update\`, \`patch\`, \`delete\`; watches are not
  calls. \`code\`: the HTTP status, or \`none\` where no answer came.`;

/** The reference of the metrics, in Markdown. */
export function metricsPage(): string {
  const rows = Object.entries<MetricFamily>(CATALOGUE).map(([name, { type, help, labels }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return [INTRODUCTION, table(['Metric', 'Type', 'Labels', 'Meaning'], rows), NOTES].join('\n\n').concat('\n');
}
