import type { OAuthProvider } from '../api/provider.ts';

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

type Rule = NonNullable<OAuthProvider['spec']['access']>[number];

/** A label selector after Kubernetes. */
export type Selector = NonNullable<NonNullable<Rule['namespaces']>['selector']>;

/** A part of the provider objects by their labels. `text` is the selector as it was written. */
export interface ProviderSelector {
  readonly text: string;
  readonly selector: Selector;
}

type Expression = NonNullable<Selector['matchExpressions']>[number];

/** A label's key and its value, as regular expressions without anchors. */
export const LABEL_KEY = '(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';
export const LABEL_VALUE = '(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?';

const VALUE = new RegExp(`^${LABEL_VALUE}$`);
const PRESENCE = new RegExp(`^(!?)\\s*(${LABEL_KEY})$`);
const EQUALITY = new RegExp(`^(${LABEL_KEY})\\s*(==|=|!=)\\s*(\\S*)$`);
const MEMBERSHIP = new RegExp(`^(${LABEL_KEY})\\s+(in|notin)\\s*\\(([^()]+)\\)$`);

/** Everything in it must hold, and an empty one selects all. Pure. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labelOf(labels, key) === value) &&
    matchExpressions.every((expression) => isValidExpression(expression) && holds(expression, labels))
  );
}

/** Whether Kubernetes would take it. Pure. */
export function isValidExpression({ operator, values = [] }: Expression): boolean {
  const takesValues = operator === 'In' || operator === 'NotIn';
  return takesValues === values.length > 0;
}

/** The selector that kubectl writes so: `shard=a`, `shard!=a`, `tier in (gold, silver),!legacy`. Pure. */
export function selectorFrom(text: string): Selector | undefined {
  const expressions = text.split(/,(?![^(]*\))/).map((part) => expressionFrom(part.trim()));
  return expressions.every((expression) => expression !== undefined) ? { matchExpressions: expressions } : undefined;
}

function expressionFrom(text: string): Expression | undefined {
  const [, absence, present = ''] = PRESENCE.exec(text) ?? [];
  if (absence !== undefined) return { key: present, operator: absence === '' ? 'Exists' : 'DoesNotExist' };
  const [, equal, sign, value = ''] = EQUALITY.exec(text) ?? [];
  if (equal !== undefined) return amongValues(equal, sign === '!=' ? 'NotIn' : 'In', [value]);
  const [, member, word, list = ''] = MEMBERSHIP.exec(text) ?? [];
  if (member === undefined) return undefined;
  return amongValues(
    member,
    word === 'in' ? 'In' : 'NotIn',
    list.split(',').map((each) => each.trim()),
  );
}

function amongValues(key: string, operator: 'In' | 'NotIn', values: string[]): Expression | undefined {
  return values.every((value) => VALUE.test(value)) ? { key, operator, values } : undefined;
}

function holds({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
