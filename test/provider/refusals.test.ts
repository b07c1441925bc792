import { expect, test } from 'vitest';
import type { OAuthProvider } from '../../src/api/provider.ts';
import { objectionTo } from '../../src/provider/refusals.ts';

type Rules = NonNullable<OAuthProvider['spec']['access']>;

const SELECTOR: Rules = [{}, { namespaces: { selector: { matchLabels: { tier: 'gold' } } } }];
const BROKEN: Rules = [
  { namespaces: { selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: [] }] } } },
];

test.each<{ why: string; access?: Rules; reach: 'cluster' | 'namespace'; want: string | undefined }>([
  { why: 'no rules', reach: 'namespace', want: undefined },
  { why: 'rules by name', access: [{ namespaces: { names: ['a'] } }], reach: 'namespace', want: undefined },
  { why: 'a selector that can be evaluated', access: SELECTOR, reach: 'cluster', want: undefined },
  {
    why: 'a selector over labels that cannot be read',
    access: SELECTOR,
    reach: 'namespace',
    want: 'UnsupportedByInstall spec.access[1].namespaces.selector',
  },
  {
    why: 'an expression that Kubernetes would refuse',
    access: BROKEN,
    reach: 'cluster',
    want: 'InvalidSpec spec.access[0].namespaces.selector.matchExpressions[0]',
  },
])('a provider object with $why: $want', ({ access, reach, want }) => {
  const spec = { resyncInterval: '10m', deepResyncInterval: '24h', ...(access === undefined ? {} : { access }) };
  const objection = objectionTo(spec, reach);
  expect(objection && `${objection.reason} ${objection.message.split(':')[0]}`).toBe(want);
});
