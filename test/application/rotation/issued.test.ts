import { expect, test } from 'vitest';
import type { Facts } from '../../../src/application/ports/applications.ts';
import { besides, issuedView, type SecretNaming, secretNameAt } from '../../../src/application/rotation/issued.ts';
import { Redacted } from '../../../src/credentials.ts';
import type { IssuedSecret } from '../../../src/idp/provider.ts';

type Noted = NonNullable<Facts['secret']>;
type Retiring = NonNullable<NonNullable<Facts['rotation']>['retiring']>;

const NOW = '2026-03-01T00:00:00Z';
const NOW_MS = Date.parse(NOW);
const FIRST = 'Default secret';
const LEGACY = '(legacy secret)';
const NAMING: SecretNaming = {
  installation: 'i',
  firstSecretNames: new Set([FIRST, LEGACY]),
  firstSecret: 'anybodys',
  fingerprint: ({ value }: IssuedSecret) => `f ${value.reveal()}`,
};

/** A secret by its name; its value is `<name> value`. */
function secret(name: string, expiresAtMs?: number): IssuedSecret {
  return { name, value: new Redacted(`${name} value`), createdAtMs: undefined, expiresAtMs };
}

function delivered(name: string, serial: number): Noted {
  return { name: 'shop-oauth', serial, delivered: true, fingerprint: `f ${name} value` };
}

function undelivered(serial: number): Noted {
  return { name: 'shop-oauth', serial, delivered: false };
}

/** Superseded now. */
function superseded(...names: readonly string[]): Retiring {
  return names.map((name) => ({ name, supersededAt: NOW, notBefore: NOW }));
}

interface Case {
  readonly name: string;
  readonly secrets: readonly IssuedSecret[];
  readonly noted: Noted;
  readonly retiring?: Retiring;
  readonly want: {
    readonly current?: readonly [name: string, serial: number];
    readonly highest: number;
    readonly superseded?: readonly string[];
    readonly replaceable?: readonly string[];
    readonly leftAlone?: readonly string[];
    readonly previous?: string;
  };
}

const CASES: readonly Case[] = [
  {
    name: 'the first one is in use until another is delivered',
    secrets: [secret(FIRST)],
    noted: delivered(FIRST, 1),
    want: { current: [FIRST, 1], highest: 1, replaceable: [FIRST] },
  },
  {
    name: 'the first one counts where nothing was delivered yet',
    secrets: [secret(FIRST)],
    noted: undelivered(0),
    want: { current: [FIRST, 1], highest: 1, replaceable: [FIRST] },
  },
  {
    name: 'the highest of ours is in use where nothing was delivered yet, whatever the order',
    secrets: [secret('k8s-i-10'), secret('k8s-i-9'), secret(FIRST)],
    noted: undelivered(0),
    want: {
      current: ['k8s-i-10', 10],
      highest: 10,
      superseded: ['k8s-i-9'],
      replaceable: ['k8s-i-10', 'k8s-i-9', FIRST],
      previous: 'k8s-i-9',
    },
  },
  {
    name: 'both first ones make way for another while one of them is in use, whichever it is',
    secrets: [secret(FIRST), secret(LEGACY)],
    noted: delivered(LEGACY, 1),
    want: { current: [LEGACY, 1], highest: 1, replaceable: [LEGACY, FIRST] },
  },
  {
    name: 'both first ones make way for another where nothing was delivered yet',
    secrets: [secret('k8s-i-2'), secret(FIRST), secret(LEGACY)],
    noted: undelivered(0),
    want: { current: ['k8s-i-2', 2], highest: 2, replaceable: ['k8s-i-2', FIRST, LEGACY] },
  },
  {
    name: 'a first one that is being retired is left alone no longer',
    secrets: [secret(FIRST), secret(LEGACY), secret('k8s-i-2')],
    noted: delivered('k8s-i-2', 2),
    retiring: superseded(FIRST),
    want: {
      current: ['k8s-i-2', 2],
      highest: 2,
      superseded: [FIRST],
      replaceable: ['k8s-i-2', FIRST],
      leftAlone: [LEGACY],
      previous: FIRST,
    },
  },
  {
    name: 'several superseded ones are told from the last to the first',
    secrets: [secret('k8s-i-2'), secret('k8s-i-4'), secret('k8s-i-3')],
    noted: delivered('k8s-i-4', 4),
    want: {
      current: ['k8s-i-4', 4],
      highest: 4,
      superseded: ['k8s-i-3', 'k8s-i-2'],
      replaceable: ['k8s-i-4', 'k8s-i-3', 'k8s-i-2'],
      previous: 'k8s-i-3',
    },
  },
  {
    name: 'what was delivered stays in use though one of ours is higher',
    secrets: [secret('k8s-i-2'), secret('k8s-i-3')],
    noted: delivered('k8s-i-2', 2),
    want: { current: ['k8s-i-2', 2], highest: 3, replaceable: ['k8s-i-2', 'k8s-i-3'] },
  },
  {
    name: 'the first one is left alone where it was never the one in use',
    secrets: [secret(FIRST), secret('k8s-i-2')],
    noted: delivered('k8s-i-2', 2),
    want: { current: ['k8s-i-2', 2], highest: 2, replaceable: ['k8s-i-2'], leftAlone: [FIRST] },
  },
  {
    name: 'what a person made is in use while its value is the one that was delivered, and is not ours to replace',
    secrets: [secret(FIRST), secret('by hand')],
    noted: delivered('by hand', 1),
    want: { current: ['by hand', 1], highest: 1, leftAlone: [FIRST, 'by hand'] },
  },
  {
    name: 'what a person made counts for nothing else',
    secrets: [secret('by hand'), secret('k8s-other-7'), secret('k8s-i-07'), secret('k8s-i-'), secret('k8s-i-2x')],
    noted: undelivered(0),
    want: { highest: 0, leftAlone: ['by hand', 'k8s-other-7', 'k8s-i-07', 'k8s-i-', 'k8s-i-2x'] },
  },
  {
    name: 'nothing is in use where what was delivered is gone',
    secrets: [secret('k8s-i-2')],
    noted: delivered('k8s-i-3', 3),
    want: { highest: 2, replaceable: ['k8s-i-2'] },
  },
  {
    name: 'a later one of ours takes its place',
    secrets: [secret('k8s-i-2'), secret('k8s-i-4')],
    noted: delivered('k8s-i-3', 3),
    want: {
      current: ['k8s-i-4', 4],
      highest: 4,
      superseded: ['k8s-i-2'],
      replaceable: ['k8s-i-4', 'k8s-i-2'],
      previous: 'k8s-i-2',
    },
  },
  {
    name: 'one whose end has come is not in use, and its serial is taken',
    secrets: [secret('k8s-i-2', NOW_MS)],
    noted: delivered('k8s-i-2', 2),
    want: { highest: 2, replaceable: ['k8s-i-2'] },
  },
  {
    name: 'one whose end is to come is in use',
    secrets: [secret('k8s-i-2', NOW_MS + 1)],
    noted: delivered('k8s-i-2', 2),
    want: { current: ['k8s-i-2', 2], highest: 2, replaceable: ['k8s-i-2'] },
  },
  {
    name: 'the one that was superseded last stands beside it',
    secrets: [secret(FIRST), secret('k8s-i-2'), secret('k8s-i-3')],
    noted: delivered('k8s-i-3', 3),
    retiring: superseded('k8s-i-2'),
    want: {
      current: ['k8s-i-3', 3],
      highest: 3,
      superseded: ['k8s-i-2'],
      replaceable: ['k8s-i-3', 'k8s-i-2'],
      leftAlone: [FIRST],
      previous: 'k8s-i-2',
    },
  },
  {
    name: 'one whose end has come stands beside nothing, and is not said to work',
    secrets: [secret('k8s-i-2', NOW_MS), secret('by hand', NOW_MS), secret('k8s-i-3')],
    noted: delivered('k8s-i-3', 3),
    retiring: superseded('k8s-i-2'),
    want: {
      current: ['k8s-i-3', 3],
      highest: 3,
      superseded: ['k8s-i-2'],
      replaceable: ['k8s-i-3', 'k8s-i-2'],
    },
  },
];

test.each(CASES)('T2: $name', ({ secrets, noted, retiring = [], want }) => {
  const facts = { secret: noted, rotation: { retiring } };
  const view = issuedView(secrets, facts, NAMING, NOW_MS);
  const { current, highest, leftAlone, previous, isDelivered } = view;
  expect({
    current: current && [current.name, current.serial],
    highest,
    superseded: view.superseded.map(({ name }) => name),
    replaceable: view.replaceable.map(({ name }) => name),
    leftAlone,
    previous: previous?.name,
  }).toEqual({ current: undefined, superseded: [], replaceable: [], leftAlone: [], previous: undefined, ...want });
  const isNoted = current !== undefined && noted.fingerprint === NAMING.fingerprint(current);
  expect(isDelivered).toBe(isNoted);
});

test('T2: the first secret of a registration that we made is over once another is in use, whoever forgot it', () => {
  const secrets = [secret(FIRST), secret('k8s-i-2')];
  const view = issuedView(secrets, { secret: delivered('k8s-i-2', 2) }, { ...NAMING, firstSecret: 'ours' }, NOW_MS);
  const first = { name: FIRST, fingerprint: `f ${FIRST} value` };
  expect([view.superseded, view.replaceable]).toEqual([
    [first],
    [{ name: 'k8s-i-2', fingerprint: 'f k8s-i-2 value' }, first],
  ]);
});

test.each([
  { leftAlone: [], want: '' },
  { leftAlone: [FIRST], want: '' },
  { leftAlone: ['by hand', FIRST], want: '; left alone, and working still: by hand' },
  { leftAlone: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], want: '; left alone, and working still: a, b, c, d, e and 2 more' },
])('T2: what works beside the one in use is named, but for itself ($leftAlone)', ({ leftAlone, want }) => {
  expect(besides(leftAlone, { name: FIRST })).toBe(want);
});

test('T2: the name of a secret is that of its serial and of the installation', () => {
  expect(secretNameAt(12, 'i')).toBe('k8s-i-12');
});
