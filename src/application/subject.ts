import type { OAuthApplication, OAuthApplicationStatus } from '../api/application.ts';
import { firstConditions } from '../api/conditions.ts';
import type { Facts } from './ports/applications.ts';
import { ClusterError } from './ports/errors.ts';
import type { Happening, Ports } from './ports/ports.ts';

const BEING_REGISTERED = 'The application is being registered';

/** What changes in the facts; a field named with `undefined` is removed. */
export type FactChanges = { readonly [Field in keyof Facts]?: Facts[Field] | undefined };

/**
 * The object of one pass, always as last read or written, so that every write carries the version that the pass
 * knows (protocol I7). A write that finds another version fails, and with it the pass, before any call is made.
 */
export interface Subject {
  /** With the facts that are noted. */
  application(): OAuthApplication;
  /** As the API server has it. */
  stored(): OAuthApplication;
  /** Writes facts into the status at once: what the next step relies on, and what another process must find. */
  record(changes: FactChanges): Promise<void>;
  /**
   * Facts that the next write of the status takes along, at the latest that of the report. For what is done again without
   * harm where the process dies before that.
   */
  note(changes: FactChanges): void;
  /** Writes what is noted and not written yet, where nothing else is to be told. */
  flush(): Promise<void>;
  /**
   * Writes what an operation came to, and clears it. Where the object changed since the call began, on top of what it
   * is now: its status still names the operation, so nobody else has acted on it (protocol O4).
   */
  conclude(operationId: string, changes: FactChanges): Promise<void>;
  addFinalizer(): Promise<void>;
  removeFinalizer(): Promise<void>;
  /** Tells the user that something was done. */
  tell(happening: Happening): void;
}

/** What was said of the registration is not true of the next one. */
function losesRegistration(changes: FactChanges): boolean {
  return Object.hasOwn(changes, 'applicationId') && changes.applicationId === undefined;
}

function withoutConditions(application: OAuthApplication): OAuthApplication {
  const { conditions: _, ...status } = application.status ?? {};
  return { ...application, status };
}

export function subjectOf(read: OAuthApplication, ports: Ports, signal: AbortSignal): Subject {
  let current = read;
  let noted: FactChanges | undefined;

  async function write(status: OAuthApplicationStatus): Promise<void> {
    current = await ports.applications.writeStatus(current, status, signal);
    noted = undefined;
  }

  const subject: Subject = {
    application: () => (noted === undefined ? current : { ...current, status: { ...current.status, ...noted } }),
    stored: () => current,
    async record(changes) {
      const known = losesRegistration(changes) ? withoutConditions(current) : current;
      const { generation: observedGeneration } = known.metadata;
      const now = new Date(ports.clusterTime()).toISOString();
      const first = firstConditions(known.status?.conditions, { message: BEING_REGISTERED, observedGeneration }, now);
      const before = current.status?.operation?.id;
      await write({ ...first, ...known.status, ...noted, ...changes });
      if (before !== undefined && before !== current.status?.operation?.id) ports.settling.forget(before);
    },
    note(changes) {
      noted = { ...noted, ...changes };
    },
    async flush() {
      if (noted !== undefined) await subject.record({});
    },
    async conclude(operationId, changes) {
      const cleared = { ...changes, operation: undefined };
      for (;;) {
        try {
          await write({ ...current.status, ...noted, ...cleared });
          ports.settling.forget(operationId);
          return;
        } catch (error) {
          if (!(error instanceof ClusterError) || error.code !== 'conflict') throw error;
          const live = await ports.applications.read(current, signal);
          if (live?.status?.operation?.id !== operationId) throw error;
          current = live;
        }
      }
    },
    async addFinalizer() {
      current = await ports.applications.addFinalizer(current, signal);
    },
    async removeFinalizer() {
      await ports.applications.removeFinalizer(current, signal);
    },
    tell: (happening) => ports.events.record(current, happening),
  };
  return subject;
}
