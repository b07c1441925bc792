import { type Resource, typeOf } from '../../../src/kube/resources.ts';

/** One entry of `details.causes`. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A failure as a `Status` says it (meta.k8s.io/v1). */
export interface RefusalDetails {
  readonly code: number;
  readonly reason?: string | undefined;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** The server says no. Thrown before any effect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly details: RefusalDetails;

  constructor(details: RefusalDetails) {
    // It is an answer: nobody reads where it was made, and a stack trace costs more than all the rest.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(details.message);
    Error.stackTraceLimit = stackTraceLimit;
    this.details = details;
  }

  /** The `Status` that the client reads. */
  status(): Readonly<Record<string, unknown>> {
    const { code, reason, message, details } = this.details;
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  }
}

/** Whatever the path leads to. */
interface Target {
  readonly resource: Resource;
  readonly name: string;
}

/** No such object. */
export function notFound({ resource, name }: Target): Refusal {
  return new Refusal({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(resource)} "${name}" not found`,
    details: detailsOf(resource, name),
  });
}

/** No such resource in a group that is served. */
export function notServed(): Refusal {
  const message = 'the server could not find the requested resource';
  return new Refusal({ code: 404, reason: 'NotFound', message, details: {} });
}

/** No such group: answered in plain text. */
export class NoSuchPath extends Error {
  override readonly name = 'NoSuchPath';
}

/** No such verb on what the path leads to. */
export function methodNotAllowed(): Refusal {
  const message = 'the server does not allow this method on the requested resource';
  return new Refusal({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

/** The name is taken. */
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

/** The same, as a deletion is answered. */
export function preconditionFailed({ resource, name }: Target, what: string, asked: string, found: string): Refusal {
  const { group, kind } = resource;
  return new Refusal({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${kindName(resource)} "${name}": the ${what} in the precondition (${asked}) does not match the ${what} in record (${found})`,
    details: { name, group: group === '' ? undefined : group, kind },
  });
}

/** Nothing new in a namespace that is going away. */
export function namespaceTerminating({ resource, name }: Target, namespace: string): Refusal {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return forbidden({ resource, name }, why, [cause]);
}

function forbidden({ resource, name }: Target, why: string, causes?: readonly Cause[]): Refusal {
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
  return invalidAs(
    `${kindName(resource)} "${name}"`,
    { name: name === '' ? undefined : name, group: group === '' ? undefined : group, kind },
    causes,
  );
}

/** A PUT must say which version it replaces. The details name the collection, as the server has it. */
export function versionMissing({ resource, name }: Target): Refusal {
  const message = 'Invalid value: 0: must be specified for an update';
  const causes = [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }];
  return invalidAs(`${qualified(resource)} "${name}"`, detailsOf(resource, name), causes);
}

/** What comes of a patch is no object of its kind. */
export function invalidPatch(why: string): Refusal {
  return invalidAs(' ""', {}, [{ reason: 'FieldValueInvalid', message: `Invalid value: ${why}`, field: 'patch' }]);
}

function invalidAs(what: string, details: Readonly<Record<string, unknown>>, causes: readonly Cause[]): Refusal {
  const told = causes.map(({ field, message }) => `${field}: ${message}`);
  const why = told.length === 1 ? told[0] : `[${told.join(', ')}]`;
  return new Refusal({
    code: 422,
    reason: 'Invalid',
    message: `${what} is invalid: ${why}`,
    details: { ...details, causes },
  });
}

/** The request cannot be understood. */
export function badRequest(message: string): Refusal {
  return new Refusal({ code: 400, reason: 'BadRequest', message });
}

/** 410: that revision is no longer kept. */
export function expired(message: string): Refusal {
  return new Refusal({ code: 410, reason: 'Expired', message });
}

/** No reason is given where the server did not expect it. */
export function internalError(message: string): Refusal {
  return new Refusal({ code: 500, message });
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

function kindName({ group, kind }: Resource): string {
  return group === '' ? kind : `${kind}.${group}`;
}

function qualified({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`;
}
