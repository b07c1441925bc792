import { type Resource, typeOf } from '../../../src/kube/resources.ts';

/** One entry of `details.causes`. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string | undefined;
}

/** A failure as a `Status` says it (meta.k8s.io/v1). */
export interface RefusalDetails {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** The server says no. Thrown before any effect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly details: RefusalDetails;

  constructor(details: RefusalDetails) {
    super(details.message);
    this.details = details;
  }

  /** The `Status` that the client reads. */
  status(): Readonly<Record<string, unknown>> {
    const { code, reason, message, details = {} } = this.details;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  }
}

/** Whatever the path leads to. */
interface Target {
  readonly resource: Resource;
  readonly name: string;
}

export function notFound({ resource, name }: Target): Refusal {
  return new Refusal({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(resource)} "${name}" not found`,
    details: detailsOf(resource, name),
  });
}

/** No such path. */
export function notServed(): Refusal {
  const message = 'the server could not find the requested resource';
  return new Refusal({ code: 404, reason: 'NotFound', message });
}

export function methodNotAllowed(): Refusal {
  const message = 'the server does not allow this method on the requested resource';
  return new Refusal({ code: 405, reason: 'MethodNotAllowed', message });
}

export function alreadyExists({ resource, name }: Target): Refusal {
  return new Refusal({
    code: 409,
    reason: 'AlreadyExists',
    message: `${qualified(resource)} "${name}" already exists`,
    details: detailsOf(resource, name),
  });
}

/** Another state, by resourceVersion or uid, than the write was meant for. */
export function conflict({ resource, name }: Target, why: string): Refusal {
  return new Refusal({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    details: detailsOf(resource, name),
  });
}

export function namespaceTerminating({ resource, name }: Target, namespace: string): Refusal {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return forbidden({ resource, name }, why, [cause]);
}

export function forbidden({ resource, name }: Target, why: string, causes?: readonly Cause[]): Refusal {
  return new Refusal({
    code: 403,
    reason: 'Forbidden',
    message: `${qualified(resource)} "${name}" is forbidden: ${why}`,
    details: { ...detailsOf(resource, name), causes },
  });
}

/** The object is refused for what it says. */
export function invalid({ resource, name }: Target, causes: readonly Cause[]): Refusal {
  const { kind, group } = resource;
  const told = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  const what = told.length === 1 ? told[0] : `[${told.join(', ')}]`;
  return new Refusal({
    code: 422,
    reason: 'Invalid',
    message: `${group === '' ? kind : `${kind}.${group}`} "${name}" is invalid: ${what}`,
    details: { name, group: group === '' ? undefined : group, kind, causes },
  });
}

export function badRequest(message: string): Refusal {
  return new Refusal({ code: 400, reason: 'BadRequest', message });
}

/** 410: that revision is no longer kept. */
export function expired(message: string): Refusal {
  return new Refusal({ code: 410, reason: 'Expired', message });
}

/** The server has not come that far. */
export function tooLargeResourceVersion(asked: number, current: number): Refusal {
  const message = `Too large resource version: ${asked}, current: ${current}`;
  return new Refusal({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: ${message}`,
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

/** What fieldValidation=Strict makes of fields that nobody knows. */
export function unknownFields(resource: Resource, paths: readonly string[]): Refusal {
  const { kind } = resource;
  const told = paths.map((path) => `unknown field "${path}"`).join(', ');
  const version = typeOf(resource).apiVersion.split('/').at(-1);
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${told}`);
}

function detailsOf({ group, plural }: Resource, name: string) {
  return { name, group: group === '' ? undefined : group, kind: plural };
}

function qualified({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}
