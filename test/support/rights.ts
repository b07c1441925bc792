import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PlaneAccess } from '../../dev/plane/access.ts';
import { callApi } from '../../dev/plane/api.ts';
import { until } from './until.ts';

/** Something that a Role may let the operator do in its namespace; `group` is empty for the core API. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Of the one object; left out for all of them. */
  readonly name?: string | undefined;
}

const PATH = '/apis/authorization.k8s.io/v1/subjectaccessreviews';

const Review = z.object({ status: z.object({ allowed: z.boolean() }) });

/**
 * Resolves when the API server lets the operator of this namespace do so, or refuses it: the authorizer hears of a Role a
 * moment after the Role was written.
 */
export async function untilRight(
  { server, caFile, adminToken }: PlaneAccess,
  namespace: string,
  right: Right,
  state: 'granted' | 'withdrawn',
): Promise<void> {
  const endpoint = { server, ca: await readFile(caFile, 'utf8'), token: adminToken };
  const user = `system:serviceaccount:${namespace}:oauthapp-operator`;
  const body = { spec: { user, resourceAttributes: { namespace, ...right } } };
  await until(
    `the right to ${right.verb} ${right.resource} is ${state}`,
    async () => Review.parse(JSON.parse((await callApi(endpoint, { method: 'POST', path: PATH, body })).text)).status,
    ({ allowed }) => allowed === (state === 'granted'),
  );
}
