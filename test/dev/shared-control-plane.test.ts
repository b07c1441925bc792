import { expect, test } from 'vitest';
import { freshNamespace, sharedControlPlane } from '../support/control-plane.ts';

test('kubectl as the admin may list Secrets', async () => {
  const plane = sharedControlPlane();
  const namespace = await freshNamespace();

  const { code, stdout } = await plane.kubectl(['get', 'secrets', '-n', namespace, '-o', 'name']);

  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
});
