import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { DOCKERFILE, describeImage, describeOperatorImage } from '../../../dev/image/description.ts';

const STAGE = 'FROM base\nWORKDIR /app\nUSER 1:1\nENTRYPOINT ["/a"]\n';

test('the operator runs as a user with a number that is not root, by an entry point without a shell', async () => {
  const { user, entrypoint, workingDir } = await describeOperatorImage({});
  expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(entrypoint).toEqual(['/nodejs/bin/node', '/app/main.cjs']);
  expect(workingDir).toBe('/app');
});

test('an argument takes the place of a default, in the base and in a label', async () => {
  const dockerfile = await readFile(DOCKERFILE, 'utf8');
  const { base, labels } = describeImage(dockerfile, { BASE_IMAGE: 'node:alpine', REVISION: 'abc' });
  expect(base).toBe('node:alpine');
  expect(labels).toMatchObject({ 'org.opencontainers.image.revision': 'abc' });
  expect(describeImage(dockerfile, {}).labels).toMatchObject({ 'org.opencontainers.image.revision': 'unknown' });
});

test.each([
  { name: 'a command', dockerfile: `${STAGE}RUN rm -rf /tmp\n`, says: 'RUN' },
  { name: 'a variable', dockerfile: `${STAGE}ENV A=b\n`, says: 'ENV' },
  { name: 'files of the context', dockerfile: `${STAGE}COPY a b\n`, says: 'COPY' },
  { name: 'an argument that is not declared', dockerfile: `${STAGE}LABEL a="\${B}"\n`, says: 'B' },
  { name: 'no user', dockerfile: 'FROM base\nWORKDIR /app\nENTRYPOINT ["/a"]\n', says: 'USER' },
])('$name in the last stage is refused and named', ({ dockerfile, says }) => {
  expect(() => describeImage(dockerfile, {})).toThrow(new RegExp(`\\b${says}\\b`));
});

test('what earlier stages do is nobody’s business', () => {
  expect(describeImage(`FROM a AS build\nRUN make\n${STAGE}`, {}).base).toBe('base');
});
