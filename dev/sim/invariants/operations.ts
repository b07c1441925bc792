import { FINALIZERS } from '../../../src/api/names.ts';
import { applicationOf } from '../application-view.ts';
import { ORIGINS } from '../manifests.ts';
import type { Invariant } from './invariant.ts';
import { idIn } from './requests.ts';

const TYPES: Readonly<Record<string, string>> = { create: 'register', rotate: 'rotate', 'create-secret': 'rotate' };

/** Judged as the request is sent, when the object is what the process has just written. */
export const operations: Invariant = {
  name: 'written-down-first',
  promise:
    'Before a registration or a secret is asked for, the status holds the provider and the operation, and the object the finalizer.',
  rules: ['O1', 'O2', 'I7', 'I3'],
  attend: ({ ledger, accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'sent' || sighting.by.type !== 'process') return;
      const type = TYPES[sighting.operation];
      if (type === undefined) return;
      const isWritten = ledger.applications(sighting.cluster).some((object) => {
        const { operation, applicationId, temporaryName, boundTo } = applicationOf(object);
        if (object.metadata.finalizers?.includes(FINALIZERS.registration) !== true) return false;
        if (boundTo?.startsWith(`${sighting.site}|${ORIGINS[sighting.site]}`) !== true) return false;
        if (type === 'rotate') return operation?.type === type && applicationId === idIn(sighting);
        const body = sighting.request.body ?? '';
        return (
          operation?.type === type &&
          (body.includes(operation.id) || (temporaryName !== undefined && body.includes(JSON.stringify(temporaryName))))
        );
      });
      // Whoever overwrites a status or an etcd may do so between the write and the request.
      if (isWritten || ledger.happened(undefined, ['tamper-status', 'restore', 'restore-object']) > 0) return;
      accuse(`${sighting.by.name} sends ${sighting.site} ${sighting.operation} without an operation that says so`);
    },
  }),
};
