import { expect, test } from 'vitest';
import { providerText } from '../../src/idp/http.ts';
import { SECRET_FORMS } from '../../src/idp/logto/errors.ts';

const SECRET = 'AbCdEfGhIjKlMnOpQrStUvWxYz012345';

test.each([
  { why: 'one line', text: 'a\r\n\tb\u2028c', shown: 'a b c' },
  { why: 'at most 256 characters', text: 'a b '.repeat(100), shown: `${'a b '.repeat(63)}a b…` },
  { why: 'nothing of what stands far behind', text: `${' '.repeat(5000)}late`, shown: '' },
  { why: 'no start of a secret that is cut', text: `early${' '.repeat(4075)}${SECRET}`, shown: '' },
  { why: 'no start of one behind another', text: `#internal:${'a'.repeat(4069)} ${SECRET}`, shown: '[redacted]' },
  { why: 'the start of a word without an end', text: 'x'.repeat(5000), shown: `${'x'.repeat(255)}…` },
  { why: 'no token', text: 'bad: eyJhbGciOi.eyJzdWIi.c2ln, sorry', shown: 'bad: [redacted], sorry' },
  { why: 'no start of a token', text: '-eyJhbGciOi-eyJhbGciOi', shown: '-[redacted]' },
  { why: 'no generated secret', text: `bad: ${SECRET}`, shown: 'bad: [redacted]' },
])('shows $why', ({ text, shown }) => {
  expect(providerText(text, SECRET_FORMS)).toBe(shown);
});
