import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '../../src');

/** A vendor's name, alone or as a part of a camel-case name; not *login*, not *logical*. */
const VENDOR = /(?:[Ll]ogi|LOGI)(?![a-z])|(?:[Ll]ogto|LOGTO)/;

/** Where a vendor may be named: its own folder, the registry that finds it, and the schema that offers it. */
const AT_HOME = /^idp\/(?:logi|logto)\/|^idp\/registry\.ts$|^api\//;

const FILES = globSync('**/*.ts', { cwd: SOURCE });

test('the tree under test is the one that we ship', () => {
  expect(FILES).toContain('credentials.ts');
});

test('no vendor is named outside its own folder, the registry and the schema', () => {
  const strangers = FILES.filter((file) => !AT_HOME.test(file)).filter((file) =>
    VENDOR.test(readFileSync(join(SOURCE, file), 'utf8')),
  );
  expect(strangers).toEqual([]);
});

test.each([
  ['logi', 'matched'],
  ['logiProvider', 'matched'],
  ['fromLogto', 'matched'],
  ['LOGI_API_URL', 'matched'],
  ['login', 'let through'],
  ['logical', 'let through'],
])('the word %s is %s', (word, want) => {
  expect(VENDOR.test(word) ? 'matched' : 'let through').toBe(want);
});
