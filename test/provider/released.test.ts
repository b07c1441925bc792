import { expect, test } from 'vitest';
import { ANNOTATIONS } from '../../src/api/names.ts';
import type { OAuthProvider } from '../../src/api/provider.ts';
import { releasedBy } from '../../src/provider/released.ts';

function provider(annotation: string | undefined): Pick<OAuthProvider, 'metadata'> {
  const annotations = annotation === undefined ? {} : { [ANNOTATIONS.releaseRetained]: annotation };
  const metadata = { name: 'logi', namespace: 'iam', uid: 'p', resourceVersion: '1', generation: 1 };
  return { metadata: { ...metadata, creationTimestamp: '2026-01-01T00:00:00Z', annotations } };
}

test.each<[annotation: string | undefined, released: 'released' | 'kept']>([
  ['shop=u1', 'released'],
  ['blog=u2,shop=u1', 'released'],
  [' blog = u2 , shop = u1 ,', 'released'],
  ['nonsense,,=,shop=u1', 'released'],
  [undefined, 'kept'],
  ['', 'kept'],
  ['shop', 'kept'],
  ['shop=', 'kept'],
  ['shop=u2', 'kept'],
  ['blog=u1', 'kept'],
  ['shop=u1=u1', 'kept'],
  ['shop=u1;blog=u2', 'kept'],
  ['SHOP=u1', 'kept'],
])('R10: by %j the registrations of namespace shop of uid u1 are %s', (annotation, released) => {
  expect(releasedBy(provider(annotation), 'shop', 'u1')).toBe(released);
});

test('R10: releases nothing to a namespace without a uid', () => {
  expect(releasedBy(provider('shop='), 'shop', '')).toBe('kept');
});
