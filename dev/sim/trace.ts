import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import { applicationOf } from './application-view.ts';
import type { Blow, CallName } from './blows.ts';
import { idIn } from './invariants/requests.ts';
import type { Actor, Sighting } from './sightings.ts';

/** Who writes a story down. Times in virtual ms. */
export interface Trace {
  see(sighting: Sighting, atMs: number): void;
  log(who: string, line: string, atMs: number): void;
  say(who: string, word: string, atMs: number): void;
  /** A call has got its blow. */
  struck?(call: CallName, blow: Blow): void;
}

/** Nobody does. */
export const NO_TRACE: Trace = { see: () => undefined, log: () => undefined, say: () => undefined };

/** A story in words, one line for what anybody did. */
export function traceInWords(write: (line: string) => void): Trace {
  const tell = (atMs: number, who: string, word: string): void =>
    write(`${(atMs / 1_000).toFixed(3).padStart(10)} s  ${who.padEnd(14)} ${word}`);
  return {
    see(sighting, atMs) {
      const word = wordFor(sighting);
      if (word !== undefined) tell(atMs, nameOf(sighting), word);
    },
    log(who, line, atMs) {
      const parsed: unknown = JSON.parse(line);
      if (!isRecord(parsed) || parsed['level'] === 'info') return;
      if (parsed['level'] === 'debug') {
        if (parsed['message'] === 'a pass ended')
          tell(atMs, who, `PASS ${String(parsed['key'])} ${String(parsed['end'])} ${String(parsed['durationMs'])}`);
        return;
      }
      const error = isRecord(parsed['error']) ? ` (${String(parsed['error']['message'])})` : '';
      tell(atMs, who, `logs: ${String(parsed['message'])}${error}`);
    },
    say: (who, word, atMs) => tell(atMs, who, word),
  };
}

function nameOf(sighting: Sighting): string {
  switch (sighting.type) {
    case 'act':
      return 'people';
    case 'object':
    case 'api':
    case 'sent':
    case 'asked':
    case 'served':
    case 'settled':
      return actorName(sighting.by);
  }
}

function actorName(actor: Actor): string {
  switch (actor.type) {
    case 'process':
      return actor.name;
    case 'controller':
    case 'person':
      return actor.type;
  }
}

function wordFor(sighting: Sighting): string | undefined {
  switch (sighting.type) {
    case 'act':
      return JSON.stringify(sighting.act);
    case 'api':
      return sighting.status < 400 ? undefined : `${sighting.method} ${sighting.path} is answered ${sighting.status}`;
    case 'served':
      return `${sighting.site} ${sighting.operation} ${idIn(sighting) ?? ''} is answered ${sighting.answer.status}`;
    case 'object':
      return changed(sighting);
    case 'sent':
    case 'asked':
    case 'settled':
      return undefined;
  }
}

function changed({ kind, before, after }: Extract<Sighting, { type: 'object' }>): string {
  const object = after ?? before;
  const place = `${kind} ${object?.metadata.namespace ?? ''}/${object?.metadata.name ?? ''}`;
  if (after === undefined) return `${place} is gone`;
  if (kind === 'Event') return `Event: ${String(after['reason'])}: ${String(after['note'])}`;
  return `${before === undefined ? 'creates' : 'writes'} ${place}${kind === 'OAuthApplication' ? standing(after) : ''}`;
}

function standing(object: KubeObject): string {
  const { ready, applicationId, operation, secret } = applicationOf(object);
  const parts = [
    ready === undefined ? undefined : `Ready=${ready.status} ${ready.reason}`,
    applicationId === undefined ? undefined : `id ${applicationId}`,
    secret === undefined ? undefined : `secret ${secret.serial}${secret.delivered === 'yes' ? '' : ' undelivered'}`,
    operation === undefined ? undefined : `open ${operation.type}`,
    object.metadata.deletionTimestamp === undefined ? undefined : 'deleting',
  ];
  return `: ${parts.filter((part) => part !== undefined).join(', ')}`;
}
