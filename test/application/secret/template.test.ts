import { expect, test } from 'vitest';
import { fill, largestSize, parseTemplate } from '../../../src/application/secret/template.ts';
import { Redacted } from '../../../src/credentials.ts';

const PLAIN = { clientId: 'c7', clientSecret: 's3cret', issuer: 'https://login.example.com', previousClientSecret: '' };

function filled(text: string, change: Partial<typeof PLAIN> = {}): string {
  const template = parseTemplate(text);
  if (template.type === 'malformed') throw new Error(template.message);
  const plain = { ...PLAIN, ...change };
  return fill(template, {
    clientId: new Redacted(plain.clientId),
    clientSecret: new Redacted(plain.clientSecret),
    issuer: new Redacted(plain.issuer),
    previousClientSecret: plain.previousClientSecret === '' ? undefined : new Redacted(plain.previousClientSecret),
  }).reveal();
}

function complaint(text: string): string {
  const template = parseTemplate(text);
  if (template.type === 'template') throw new Error('it was accepted');
  return template.message;
}

test.each([
  ['', ''],
  ['nothing to replace: $ { } $} {$', 'nothing to replace: $ { } $} {$'],
  ['${clientId}', 'c7'],
  ['${clientId}${clientSecret}', 'c7s3cret'],
  ['id=${clientId};secret=${clientSecret};at=${issuer}\n', 'id=c7;secret=s3cret;at=https://login.example.com\n'],
  ['previous: "${previousClientSecret|json}"', 'previous: """"'],
  ['{"secret": ${clientSecret|json}}', '{"secret": "s3cret"}'],
  ['ä🛒${clientId}ä🛒', 'ä🛒c7ä🛒'],
])('fills %j', (text, want) => {
  expect(filled(text)).toBe(want);
});

test.each([
  ['$${clientId}', '${clientId}'],
  ['$${', '${'],
  ['$${}', '${}'],
  ['a $${b} ${clientId} $${c}', 'a ${b} c7 ${c}'],
  ['$$${clientId}', '$${clientId}'],
  ['${clientId}$${clientId}', 'c7${clientId}'],
  ['$${$${${clientId}', '${${c7'],
  ['$${constructor}', '${constructor}'],
])('writes an escape as it is meant: %j', (text, want) => {
  expect(filled(text)).toBe(want);
});

test.each([
  ['json', 'a"b\\c\n\u0001', '"a\\"b\\\\c\\n\\u0001"'],
  ['json', 'ä🛒', '"ä🛒"'],
  ['base64', 'ä🛒?>', 'w6Twn5uSPz4='],
  ['base64', '', ''],
  ['url', 'a b&c=d/é+%', 'a%20b%26c%3Dd%2F%C3%A9%2B%25'],
  ['url', 'half \ud83d a pair', 'half%20%EF%BF%BD%20a%20pair'],
  ['base64|url', '?>', 'Pz4%3D'],
  ['json|base64', 'a"', 'ImFcIiI='],
  ['json|json', 'a', '"\\"a\\""'],
  ['url|base64|json', ' ', '"JTIw"'],
])('filters from left to right: %s of %j', (filters, clientSecret, want) => {
  expect(filled(`\${clientSecret|${filters}}`, { clientSecret })).toBe(want);
});

test.each(['${clientId}', '$${', '${clientSecret|json}', '$&', "$'"])(
  'never looks for placeholders in a value: %j',
  (value) => {
    expect(filled('<${clientSecret}|${clientId}>', { clientSecret: value, clientId: value })).toBe(
      `<${value}|${value}>`,
    );
  },
);

const UNKNOWN = 'a placeholder is none of ${clientId}, ${clientSecret}, ${issuer}, ${previousClientSecret}';
const UNCLOSED = 'a placeholder has no closing }';
const FILTER = 'a filter is none of json, base64, url';

test.each([
  ['${process.env}', UNKNOWN],
  ['${constructor}', UNKNOWN],
  ['${__proto__}', UNKNOWN],
  ['${toString}', UNKNOWN],
  ['${clientSecret.constructor}', UNKNOWN],
  ['${0}', UNKNOWN],
  ['${length}', UNKNOWN],
  ['${}', UNKNOWN],
  ['${ clientId }', UNKNOWN],
  ['${clientID}', UNKNOWN],
  ['${|json}', UNKNOWN],
  ['${${clientId}}', UNKNOWN],
  ['${clientId', UNCLOSED],
  ['${clientId}${', UNCLOSED],
  ['$$${clientId}${', UNCLOSED],
  ['${clientId|}', FILTER],
  ['${clientId|Json}', FILTER],
  ['${clientId|json|}', FILTER],
  ['${clientId| json}', FILTER],
  ['${clientId|constructor}', FILTER],
  ['${clientId|json|json|json|json}', 'a placeholder has more than 3 filters'],
])('refuses %j', (text, message) => {
  expect(complaint(text)).toContain(message);
});

test('refuses as many filters as a text can hold', () => {
  expect(complaint(`\${clientId${'|json'.repeat(3000)}}`)).toBe('a placeholder has more than 3 filters');
});

test('a refusal quotes nothing of the template, which may hold a secret that somebody typed into it', () => {
  expect(complaint('password=hunter2 ${hunter2}')).not.toContain('hunter2');
});

test.each([
  ['an opening after the other', '${'],
  ['one escape after the other', '$${'],
  ['dollar signs', '$'],
  ['placeholders', '${clientId|json}'],
  ['an unclosed one behind many', '}${clientId}'],
])('takes %s of 2 MB apart in passing', (_, text) => {
  const long = `${text.repeat(2_000_000 / text.length)}\${clientId`;
  expect(['template', 'malformed']).toContain(parseTemplate(long).type);
});

test.each([
  ['as it is', '', 'x'],
  ['of quotation marks as JSON', '|json', '"'],
  ['as base64', '|base64', 'x'],
  ['percent-encoded', '|url', '/'],
  ['of quotation marks as JSON, thrice', '|json|json|json', '"'],
  ['as JSON, percent-encoded', '|json|url', '"'],
  ['in every way', '|json|base64|url', '"'],
])('knows how long a value gets at most: %s', (_, filters, character) => {
  const value = character.repeat(96);
  const lengths = { clientId: 96, clientSecret: 96, issuer: 30, previousClientSecret: 96 };
  const text = `ä🛒\${clientSecret${filters}}`;
  const template = parseTemplate(text);
  if (template.type === 'malformed') throw new Error(template.message);
  expect(largestSize(template, lengths)).toBeGreaterThanOrEqual(
    Buffer.byteLength(filled(text, { clientSecret: value })),
  );
});
