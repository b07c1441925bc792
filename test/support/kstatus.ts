import { z } from 'zod';

/** What a tool that knows nothing of our kinds makes of an object. */
export type Health = 'Current' | 'InProgress' | 'Failed' | 'Terminating';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const Shown = z.object({
  metadata: z.object({ generation: z.int(), deletionTimestamp: z.string().optional() }),
  status: z
    .object({
      observedGeneration: z.int().optional(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().optional(),
            message: z.string().optional(),
            observedGeneration: z.int().optional(),
            lastTransitionTime: z.string().optional(),
          }),
        )
        .default([]),
    })
    .default({ conditions: [] }),
});

/**
 * The generic rules of kstatus, as Flux, Argo CD's fork of it and `kpt live` apply them to a custom resource.
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/status/generic.go
 */
export function healthOf(object: unknown): Health {
  const { metadata, status } = Shown.parse(object);
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (status.observedGeneration !== undefined && status.observedGeneration !== metadata.generation) return 'InProgress';
  const is = (type: string, value: string): boolean =>
    status.conditions.some((condition) => condition.type === type && condition.status === value);
  if (is('Reconciling', 'True')) return 'InProgress';
  if (is('Stalled', 'True')) return 'Failed';
  return is('Ready', 'False') || is('Ready', 'Unknown') ? 'InProgress' : 'Current';
}

/** Everything about the conditions of an object that kstatus, or the API conventions, would not have. */
export function conditionProblems(object: unknown): readonly string[] {
  const { metadata, status } = Shown.parse(object);
  const { conditions } = status;
  if (conditions.length === 0) return [];

  const find = (type: string) => conditions.find((condition) => condition.type === type);
  const ready = find('Ready');
  const abnormal = ['Reconciling', 'Stalled'].filter((type) => find(type) !== undefined);
  const problems: string[] = [];
  if (ready === undefined) problems.push('Ready is missing');
  if (ready?.status === 'True' && abnormal.length > 0) problems.push(`Ready is True beside ${abnormal.join(', ')}`);
  if (abnormal.length > 1) problems.push('Reconciling and Stalled are both there');
  if (new Set(conditions.map(({ type }) => type)).size < conditions.length) problems.push('a type is there twice');
  if (status.observedGeneration === undefined) problems.push('status.observedGeneration is missing');

  for (const { type, status: value, reason, message, observedGeneration, lastTransitionTime } of conditions) {
    if (abnormal.includes(type) && value !== 'True') problems.push(`${type} is ${value} instead of absent`);
    if (!['True', 'False', 'Unknown'].includes(value)) problems.push(`${type} has the status ${value}`);
    if (reason === undefined || reason === '') problems.push(`${type} has no reason`);
    if (message === undefined || message === '') problems.push(`${type} has no message`);
    if (observedGeneration !== status.observedGeneration) problems.push(`${type} is of another generation`);
    if ((observedGeneration ?? 0) > metadata.generation) problems.push(`${type} is of a generation to come`);
    if (!RFC3339.test(lastTransitionTime ?? '')) problems.push(`${type} has no lastTransitionTime`);
  }
  return problems;
}
