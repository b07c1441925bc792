/** A Deployment, StatefulSet or DaemonSet whose Pods see the value of a Secret, as a list showed it. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The Secret for which it was found. */
  readonly secretName: string;
  /** The mark of the last roll for that Secret. Whoever may write the workload can forge it, to his own loss alone. */
  readonly rolledFor: string | undefined;
}

/** A Pod whose containers see the value of a Secret, as a list showed it. One that has ended is none. */
export interface RunningPod {
  readonly name: string;
  /**
   * When the oldest of its containers that use the Secret started, epoch ms rounded down to a second, as Kubernetes
   * writes it: from then on it may have the value that the Secret had at that time. One that is still to start counts as
   * started now.
   */
  readonly startedAtMs: number;
  /** The mark of the roll that it came from, if it came from one for that Secret. */
  readonly rolledFor: string | undefined;
}

/**
 * Workloads that run with a Secret. `using` and `roll` are asked for only where the spec says `restart: Referencing`,
 * `running` only where a superseded secret waits to be retired.
 */
export interface Workloads {
  /**
   * Those of the namespace whose pod template uses the Secret, by kind and name, from a list that began at
   * `startedAfterMs` (monotonic) or later. One that is being deleted, or that cannot be read, is left out.
   *
   * @throws ClusterError `forbidden`, which names the resource, without the permission to list one of the kinds
   */
  using(
    namespace: string,
    secretName: string,
    startedAfterMs: number,
    signal: AbortSignal,
  ): Promise<readonly Workload[]>;
  /**
   * Pods of the namespace that use the Secret by env, envFrom, volume or projected volume, from a list that began at
   * `startedAfterMs` (monotonic) or later.
   *
   * @throws ClusterError `forbidden` without the permission to list Pods
   */
  running(
    namespace: string,
    secretName: string,
    startedAfterMs: number,
    signal: AbortSignal,
  ): Promise<readonly RunningPod[]>;
  /**
   * Asks its controller for new Pods, by an annotation of the Secret's own on the pod template, unless the mark stands
   * there already. The controller goes about it by its own strategy: a paused Deployment rolls when it is resumed.
   *
   * @param mark differs for each value that a Secret of this name ever had, and is the same after a crash
   * @throws ClusterError; after `unavailable` it may have happened, and is asked for again with the same mark
   */
  roll(workload: Workload, mark: string, signal: AbortSignal): Promise<'rolled' | 'already' | 'gone'>;
}
