import { OAuthApplication, type OAuthApplicationStatus } from '../api/application.ts';
import { same } from '../runtime/same.ts';
import { isConflict } from './errors.ts';
import type { KubeObject } from './object.ts';
import type { OwnObjects } from './own-objects.ts';
import type { Ref } from './resources.ts';
import { trimmedApplication } from './trimmed.ts';

/** {@link OwnObjects} of OAuthApplications. */
export type OwnApplications = Omit<OwnObjects, 'replaceStatus'> & {
  replaceStatus(
    ref: Ref,
    application: OAuthApplication,
    status: OAuthApplicationStatus,
    signal: AbortSignal,
  ): Promise<KubeObject>;
};

/**
 * Where the answer to a write was lost, its repeat is refused although it was carried out. With a new operation in it that
 * would be taken for one that somebody else has begun, and waited for (protocol O4): one read tells that it is ours.
 */
export function knowingOwnOperations(own: OwnObjects): OwnApplications {
  return {
    ...own,
    async replaceStatus(ref, application, status, signal) {
      try {
        return await own.replaceStatus(ref, application, status, signal);
      } catch (error) {
        if (!isConflict(error) || !begins(application, status)) throw error;
        const live = await own.read(ref, application.metadata.uid, signal).catch(() => undefined);
        if (live === undefined || !isAs({ ...application, status }, live)) throw error;
        return live;
      }
    },
  };
}

/** Whether another operation is put into the status, whose id nobody else can have. */
function begins({ status: before }: OAuthApplication, { operation }: OAuthApplicationStatus): boolean {
  return operation !== undefined && operation.id !== before?.operation?.id;
}

/** Whether the object is in all but its version as it was to be. */
function isAs({ metadata, spec, status }: OAuthApplication, live: KubeObject): boolean {
  const found = OAuthApplication.safeParse(trimmedApplication(live)).data;
  if (found === undefined) return false;
  const { resourceVersion } = found.metadata;
  return same({ ...metadata, resourceVersion }, found.metadata) && same(spec, found.spec) && same(status, found.status);
}
