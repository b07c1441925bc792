import { expect, test } from 'vitest';
import { contentOf } from '../../../src/application/secret/content.ts';
import { contentObjection, type Filling } from '../../../src/application/secret/refusals.ts';
import { type ApplicationChange, applicationWith } from '../../support/applications.ts';

type Secret = NonNullable<NonNullable<ApplicationChange['spec']>['secret']>;

const IMMEDIATE: Filling = {
  issuer: 'https://login.example.com',
  manners: {
    ownerMark: 'none',
    secrets: 'shown-once',
    rotation: 'immediate',
    listing: 'complete',
    creates: 'one-at-a-time',
  },
};
const OVERLAPPING: Filling = { ...IMMEDIATE, manners: { ...IMMEDIATE.manners, rotation: 'overlapping' } };

function objectionTo(secret: Secret, kind: 'confidential' | 'public' = 'confidential', provider = IMMEDIATE) {
  const objection = contentObjection(contentOf(applicationWith({ spec: { secret } }).spec, kind), kind, provider);
  return objection && `${objection.reason} ${objection.path}: ${objection.message}`;
}

function templates(text: string, count: number): Secret {
  return { template: { data: Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, text])) } };
}

test.each<[secret: Secret, kind: 'confidential' | 'public']>([
  [{}, 'confidential'],
  [{}, 'public'],
  [{ format: 'Logi', keys: { issuer: 'ISSUER' } }, 'confidential'],
  [{ template: { data: { a: '${clientId} ${clientSecret|json} ${issuer|url}' } } }, 'confidential'],
  [{ template: { data: { a: '${clientId} ${issuer|base64|url|json}' } } }, 'public'],
  [{ template: { data: { issuer: '${issuer}' } } }, 'confidential'],
  [templates('x'.repeat(8000), 32), 'confidential'],
])('has nothing against %j of a %s client', (secret, kind) => {
  expect(objectionTo(secret, kind)).toBeUndefined();
});

test.each([
  { keys: { previousClientSecret: 'OLD' } },
  { keys: { previousClientSecret: 'OLD' }, template: { data: { a: '${previousClientSecret}' } } },
])('%j can be had where secrets overlap, and there alone', (secret) => {
  expect(objectionTo(secret, 'confidential', OVERLAPPING)).toBeUndefined();
  expect(objectionTo(secret)).toContain('UnsupportedByProvider spec.secret.keys.previousClientSecret: ');
});

test('a superseded secret in a template alone has no place where it is kept', () => {
  const secret = { template: { data: { a: '${previousClientSecret}' } } };
  expect(objectionTo(secret)).toContain('UnsupportedByProvider spec.secret.template.data[a]: ');
  expect(objectionTo(secret, 'confidential', OVERLAPPING)).toContain(
    'InvalidSpec spec.secret.template.data[a]: spec.secret.keys.previousClientSecret has to name a key as well',
  );
});

const UNKNOWN = 'a placeholder is none of';
const PUBLIC = 'a public client has no secret to be filled in';
const TAKEN = 'spec.secret.keys or the format names this key already';

test.each<[secret: Secret, kind: 'confidential' | 'public', want: string]>([
  [{ template: { data: { a: '${process.env}' } } }, 'confidential', `[a]: ${UNKNOWN}`],
  [{ template: { data: { 'b.c': '${constructor}' } } }, 'confidential', `[b.c]: ${UNKNOWN}`],
  [{ template: { data: { a: '', b: '${__proto__}' } } }, 'confidential', `[b]: ${UNKNOWN}`],
  [{ template: { data: { a: '${clientSecret}' } } }, 'public', `[a]: ${PUBLIC}`],
  [{ template: { data: { a: '${clientId}${clientSecret|json}' } } }, 'public', `[a]: ${PUBLIC}`],
  [{ template: { data: { a: '${previousClientSecret}' } } }, 'public', `[a]: ${PUBLIC}`],
  [{ template: { data: { client_secret: 'x' } } }, 'confidential', `[client_secret]: ${TAKEN}`],
  [{ template: { data: { issuer: 'x' } } }, 'public', `[issuer]: ${TAKEN}`],
  [{ format: 'Env', template: { data: { ISSUER: 'x' } } }, 'confidential', `[ISSUER]: ${TAKEN}`],
  [{ keys: { clientId: 'ID' }, template: { data: { ID: 'x' } } }, 'confidential', `[ID]: ${TAKEN}`],
])('refuses %j of a %s client, and says where', (secret, kind, want) => {
  expect(objectionTo(secret, kind)).toContain(`InvalidSpec spec.secret.template.data${want}`);
});

test.each<[why: string, secret: Secret, issuer?: string]>([
  ['the text itself', templates('x'.repeat(8300), 32)],
  ['characters of several bytes', templates('🛒'.repeat(4096), 17)],
  ['many placeholders', templates('${clientSecret}'.repeat(1000), 3)],
  ['few placeholders with growing filters', templates('${clientSecret|json|json|json}'.repeat(170), 2)],
  ['the issuer', templates('${issuer}'.repeat(150), 1), `https://login.example.com/${'x'.repeat(2000)}`],
])('refuses a template that would burst: %s', (_, secret, issuer = IMMEDIATE.issuer) => {
  expect(objectionTo(secret, 'confidential', { ...IMMEDIATE, issuer })).toContain(
    'InvalidSpec spec.secret.template.data: filled with long values, the Secret could exceed 262144 bytes',
  );
});

test('quotes nothing of a template, which may hold a secret that somebody typed into it', () => {
  expect(objectionTo({ template: { data: { a: 'hunter2 ${hunter2}' } } })).not.toContain('hunter2');
});
