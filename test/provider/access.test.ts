import { describe, expect, test } from 'vitest';
import type { OAuthProvider } from '../../src/api/provider.ts';
import { accessOf, firstSelector, invalidExpression, type KnownLabels } from '../../src/provider/access.ts';

type Rules = NonNullable<OAuthProvider['spec']['access']>;
type Namespaces = NonNullable<Rules[number]['namespaces']>;
type Expressions = NonNullable<NonNullable<Namespaces['selector']>['matchExpressions']>;

const METADATA = {
  uid: 'u',
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
};
const SPEC = { resyncInterval: '10m', deepResyncInterval: '24h' };

/** What a provider object with these rules grants to a namespace. */
function granted(
  kind: OAuthProvider['kind'],
  access: Rules | undefined,
  { namespace = 'store', labels = {} }: { readonly namespace?: string; readonly labels?: KnownLabels } = {},
) {
  const metadata = { ...METADATA, name: 'main', ...(kind === 'OAuthProvider' ? { namespace: 'store' } : {}) };
  const spec = { ...SPEC, ...(access === undefined ? {} : { access }) };
  return accessOf({ kind, metadata, spec }, namespace, labels);
}

function isGranted(namespaces: Namespaces, labels: KnownLabels, namespace = 'store'): string {
  const access = granted('ClusterOAuthProvider', [{ namespaces }], { labels, namespace });
  return access === 'unknown' ? access : access.type;
}

describe('without rules', () => {
  test('a ClusterOAuthProvider grants nobody anything', () => {
    expect(granted('ClusterOAuthProvider', undefined)).toEqual({
      type: 'denied',
      message: 'ClusterOAuthProvider main does not grant access to namespace store',
    });
  });

  test('an OAuthProvider grants its own namespace plain use, and no other anything', () => {
    expect(granted('OAuthProvider', undefined)).toEqual({
      type: 'granted',
      uris: undefined,
      adoptable: new Set(),
      allow: new Set(),
      maxApplications: undefined,
    });
    expect(granted('OAuthProvider', undefined, { namespace: 'other' })).toMatchObject({ type: 'denied' });
  });
});

test.each(['OAuthProvider', 'ClusterOAuthProvider'] as const)(
  'an empty list of rules of an %s grants nothing',
  (kind) => {
    expect(granted(kind, [])).toMatchObject({ type: 'denied' });
  },
);

test('no rule of an OAuthProvider reaches beyond its namespace', () => {
  const rules = [{ namespaces: { names: ['other'] } }, {}];
  expect(granted('OAuthProvider', rules, { namespace: 'other' })).toMatchObject({ type: 'denied' });
});

test('a rule grants what it says', () => {
  const rule = {
    uris: { allowedHosts: ['a.example.com'], allowLoopback: true },
    adoptable: ['42'],
    allow: ['Roles'],
    maxApplications: 3,
  } as const;
  expect(granted('ClusterOAuthProvider', [rule])).toEqual({
    type: 'granted',
    uris: rule.uris,
    adoptable: new Set(['42']),
    allow: new Set(['Roles']),
    maxApplications: 3,
  });
});

test('the first rule that matches counts, and the others do not add to it', () => {
  const rules: Rules = [
    { namespaces: { names: ['other'] }, maxApplications: 1 },
    { namespaces: { names: ['store'] }, maxApplications: 2, adoptable: ['2'] },
    { maxApplications: 3, adoptable: ['3'], allow: ['Roles'] },
  ];
  expect(granted('ClusterOAuthProvider', rules)).toMatchObject({
    maxApplications: 2,
    adoptable: new Set(['2']),
    allow: new Set(),
  });
  expect(granted('ClusterOAuthProvider', rules, { namespace: 'third' })).toMatchObject({ maxApplications: 3 });
});

test.each<{ why: string; namespaces: Namespaces; labels?: KnownLabels; want: string }>([
  { why: 'a name that is listed', namespaces: { names: ['a', 'store'] }, want: 'granted' },
  { why: 'a name that is not listed', namespaces: { names: ['a'] }, want: 'denied' },
  { why: 'a part of a name', namespaces: { names: ['sto', 'storehouse'] }, want: 'denied' },
  { why: 'no name at all', namespaces: { names: [] }, want: 'denied' },
  { why: 'nothing said', namespaces: {}, want: 'granted' },
  { why: 'an empty selector', namespaces: { selector: {} }, want: 'granted' },
  { why: 'a label that is there', namespaces: { selector: { matchLabels: { team: 'a' } } }, want: 'granted' },
  { why: 'a label of another value', namespaces: { selector: { matchLabels: { team: 'b' } } }, want: 'denied' },
  {
    why: 'one of two labels',
    namespaces: { selector: { matchLabels: { team: 'a', tier: 'gold' } } },
    want: 'denied',
  },
  {
    why: 'a name and a label that both match',
    namespaces: { names: ['store'], selector: { matchLabels: { team: 'a' } } },
    want: 'granted',
  },
  {
    why: 'a name that matches and a label that does not',
    namespaces: { names: ['store'], selector: { matchLabels: { team: 'b' } } },
    want: 'denied',
  },
  {
    why: 'a label that matches and a name that does not',
    namespaces: { names: ['a'], selector: { matchLabels: { team: 'a' } } },
    want: 'denied',
  },
  {
    why: 'a label called like what every object has',
    namespaces: { selector: { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] } },
    want: 'denied',
  },
])('$why: $want', ({ namespaces, labels = { team: 'a' }, want }) => {
  expect(isGranted(namespaces, labels)).toBe(want);
});

/** Kubernetes, `labels.Requirement.Matches`. */
test.each<{ expression: Expressions[number]; labels: Readonly<Record<string, string>>; want: string }>([
  { expression: { key: 'tier', operator: 'In', values: ['a', 'b'] }, labels: { tier: 'b' }, want: 'granted' },
  { expression: { key: 'tier', operator: 'In', values: ['a', 'b'] }, labels: { tier: 'c' }, want: 'denied' },
  { expression: { key: 'tier', operator: 'In', values: [''] }, labels: {}, want: 'denied' },
  { expression: { key: 'tier', operator: 'In', values: [''] }, labels: { tier: '' }, want: 'granted' },
  { expression: { key: 'tier', operator: 'NotIn', values: ['a'] }, labels: { tier: 'b' }, want: 'granted' },
  { expression: { key: 'tier', operator: 'NotIn', values: ['a'] }, labels: { tier: 'a' }, want: 'denied' },
  { expression: { key: 'tier', operator: 'NotIn', values: ['a'] }, labels: {}, want: 'granted' },
  { expression: { key: 'tier', operator: 'Exists' }, labels: { tier: '' }, want: 'granted' },
  { expression: { key: 'tier', operator: 'Exists' }, labels: { other: 'a' }, want: 'denied' },
  { expression: { key: 'tier', operator: 'DoesNotExist' }, labels: { other: 'a' }, want: 'granted' },
  { expression: { key: 'tier', operator: 'DoesNotExist' }, labels: { tier: '' }, want: 'denied' },
  { expression: { key: 'tier', operator: 'NotIn', values: [] }, labels: {}, want: 'denied' },
  { expression: { key: 'tier', operator: 'NotIn' }, labels: {}, want: 'denied' },
  { expression: { key: 'tier', operator: 'DoesNotExist', values: ['a'] }, labels: {}, want: 'denied' },
])('$expression over $labels: $want', ({ expression, labels, want }) => {
  expect(isGranted({ selector: { matchExpressions: [expression] } }, labels)).toBe(want);
  const both = [expression, { key: 'never', operator: 'Exists' } as const];
  expect(isGranted({ selector: { matchExpressions: both } }, labels)).toBe('denied');
});

describe('labels that are not known', () => {
  const GOLD = { names: ['store'], selector: { matchLabels: { tier: 'gold' } } };
  const RULES: Rules = [{ namespaces: GOLD }, { namespaces: { names: ['store', 'other'] }, maxApplications: 1 }];

  test('leave open what a namespace is granted, even by a later rule', () => {
    expect(granted('ClusterOAuthProvider', RULES, { labels: 'not-seen' })).toBe('unknown');
  });

  test('do not matter where a name decides', () => {
    expect(granted('ClusterOAuthProvider', RULES, { labels: 'not-seen', namespace: 'other' })).toMatchObject({
      maxApplications: 1,
    });
    expect(granted('ClusterOAuthProvider', RULES, { labels: 'not-seen', namespace: 'third' })).toMatchObject({
      type: 'denied',
    });
  });

  test('deny where they cannot be read at all', () => {
    expect(granted('OAuthProvider', RULES, { labels: 'unreadable' })).toMatchObject({ type: 'denied' });
  });
});

test('finds the first expression that Kubernetes would refuse', () => {
  const rule = (...matchExpressions: Expressions): Rules[number] => ({
    namespaces: { selector: { matchExpressions } },
  });
  const good = { key: 'a', operator: 'In', values: ['b'] } as const;
  expect(invalidExpression([rule(good), rule({ key: 'a', operator: 'DoesNotExist' }), {}])).toBeUndefined();
  expect(invalidExpression([rule(good), rule(good, { key: 'a', operator: 'In' })])).toBe(
    'spec.access[1].namespaces.selector.matchExpressions[1]',
  );
  expect(invalidExpression([rule({ key: 'a', operator: 'Exists', values: ['b'] })])).toContain('matchExpressions[0]');
});

test('finds the first selector', () => {
  expect(firstSelector([{}, { namespaces: { names: ['a'] } }])).toBeUndefined();
  expect(firstSelector([{}, { namespaces: { selector: {} } }])).toBe('spec.access[1].namespaces.selector');
});
