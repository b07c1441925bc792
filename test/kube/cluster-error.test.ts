import { expect, test } from 'vitest';
import { ClusterError } from '../../src/application/ports/errors.ts';
import { inWordsOfThePorts } from '../../src/kube/cluster-error.ts';
import { ApiError, type ApiErrorDetails, TransportError } from '../../src/kube/errors.ts';

function answered(status: number, details: Partial<ApiErrorDetails> = {}): ApiError {
  return new ApiError({
    status,
    reason: 'Unknown',
    causes: [],
    retryAfterMs: undefined,
    verb: 'update',
    resource: 'secrets',
    ...details,
  });
}

const throwing = (error: unknown) => () => Promise.reject(error);

test.each<[answer: string, error: Error, code: string]>([
  ['409 Conflict', answered(409, { reason: 'Conflict' }), 'conflict'],
  ['409 AlreadyExists', answered(409, { reason: 'AlreadyExists' }), 'conflict'],
  [
    '422 on the uid, as a patch of another object is answered',
    answered(422, { reason: 'Invalid', causes: [{ field: 'metadata.uid', reason: 'FieldValueInvalid' }] }),
    'conflict',
  ],
  ['422', answered(422, { reason: 'Invalid' }), 'refused'],
  ['400', answered(400), 'refused'],
  ['413', answered(413), 'refused'],
  ['404', answered(404), 'gone'],
  ['401', answered(401), 'unavailable'],
  ['408', answered(408), 'unavailable'],
  ['429', answered(429), 'unavailable'],
  ['500', answered(500), 'unavailable'],
  ['503', answered(503), 'unavailable'],
  ['no answer', new TransportError('reset', 'ECONNRESET'), 'unavailable'],
])('calls %s by what has to happen next', async (_, error, code) => {
  const failed = inWordsOfThePorts('forbidden', throwing(error));

  await expect(failed).rejects.toThrow(ClusterError);
  await expect(failed).rejects.toMatchObject({ code, message: error.message });
});

test.each(['forbidden', 'refused'] as const)('calls 403 %s where it means that', async (meaning) => {
  await expect(inWordsOfThePorts(meaning, throwing(answered(403)))).rejects.toMatchObject({ code: meaning });
});

test.each([new ClusterError('gone', 'said already'), new TypeError('a mistake of ours'), 'the reason of a signal'])(
  'leaves everything else as it is: %s',
  async (error) => {
    await expect(inWordsOfThePorts('forbidden', throwing(error))).rejects.toBe(error);
  },
);

test('gives back what the work gives', async () => {
  expect(await inWordsOfThePorts('forbidden', () => Promise.resolve(1))).toBe(1);
});
