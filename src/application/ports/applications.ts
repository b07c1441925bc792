import type { OAuthApplication, OAuthApplicationStatus } from '../../api/application.ts';

/** Names one object in the queue. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/**
 * A status without its conditions and what is waited for: the facts that a later pass, or another process, stands on.
 * `plan`, `registration` and `rotation.nextRotationAt` are filled by the report alone.
 */
export type Facts = Omit<OAuthApplicationStatus, 'observedGeneration' | 'conditions' | 'waiting'>;

/** A call that must not be made twice, as the status keeps it (protocol O1). */
export type OperationRecord = NonNullable<Facts['operation']>;

/** A Secret that the spec names no longer (protocol S8). */
export type FormerSecret = NonNullable<Facts['formerSecrets']>[number];

/** Shape of the operation record; a release that changes it counts up, and leaves alone what it does not know (I5). */
export const RECORD_VERSION = 1;

/** OAuthApplications. Reading is from the cache, writing carries uid and resourceVersion (protocol I7). */
export interface Applications {
  get(key: ObjectKey): OAuthApplication | undefined;
  /** A live read of this very object; `undefined` when it, or its uid, is gone. */
  read(application: OAuthApplication, signal: AbortSignal): Promise<OAuthApplication | undefined>;
  /**
   * Asks whether the object is still as read, before a call that nothing undoes and no write of the object precedes.
   *
   * @throws ClusterError `conflict` when it changed since read, or `gone`
   */
  confirm(application: OAuthApplication, signal: AbortSignal): Promise<void>;
  /** Every application of the namespace whose Secret has, or is to have, this name. */
  withSecretName(namespace: string, secretName: string): readonly OAuthApplication[];
  /** Every application whose status holds this registration of this provider identity. */
  withApplicationId(identity: string, applicationId: string): readonly OAuthApplication[];
  /** The same by a live list. `unreadable`: an object that a later release wrote holds it, or may. */
  holding(
    identity: string,
    applicationId: string,
    signal: AbortSignal,
  ): Promise<readonly OAuthApplication[] | 'unreadable'>;
  /** Every application that is bound to this provider identity. */
  ofIdentity(identity: string): readonly OAuthApplication[];
  /** Replaces the status. Returns the object as written. @throws ClusterError `conflict` when it changed since read */
  writeStatus(
    application: OAuthApplication,
    status: OAuthApplicationStatus,
    signal: AbortSignal,
  ): Promise<OAuthApplication>;
  addFinalizer(application: OAuthApplication, signal: AbortSignal): Promise<OAuthApplication>;
  removeFinalizer(application: OAuthApplication, signal: AbortSignal): Promise<void>;
}
