import { z } from 'zod';
import { SECRET_ANNOTATIONS } from '../api/names.ts';
import type { SecretDraft, SecretNotes } from '../application/ports/secrets.ts';
import type { KubeObject } from './object.ts';

const KEYS = z.record(z.string(), z.string());
const NAMES = z.array(z.string()).catch([]);
const BROUGHT = z.object({ labels: NAMES, annotations: NAMES });

/** Ours take 6 KiB at most, by the limits that the status has for the same texts. */
const LONGEST_NOTES = 16 * 1024;

const READ: ReadonlySet<string> = new Set(
  Object.values(SECRET_ANNOTATIONS).filter((name) => name !== SECRET_ANNOTATIONS.template),
);

/** The annotations that say what a Secret holds, and what the template brought to its metadata. */
export function annotationsOf({ notes, metadata }: SecretDraft): Readonly<Record<string, string>> {
  return {
    [SECRET_ANNOTATIONS.seal]: notes.seal,
    [SECRET_ANNOTATIONS.serial]: String(notes.serial),
    [SECRET_ANNOTATIONS.operation]: notes.operation,
    ...(notes.birth === undefined ? {} : { [SECRET_ANNOTATIONS.birth]: notes.birth }),
    [SECRET_ANNOTATIONS.keys]: JSON.stringify(notes.keys),
    [SECRET_ANNOTATIONS.layout]: notes.layout,
    [SECRET_ANNOTATIONS.applicationId]: notes.applicationId,
    [SECRET_ANNOTATIONS.clientId]: notes.clientId,
    [SECRET_ANNOTATIONS.providerIdentity]: notes.identity,
    [SECRET_ANNOTATIONS.namespaceUid]: notes.namespaceUid,
    ...templateNote(metadata),
  };
}

/** For the write after the template has changed: what others put on the Secret must survive it. */
function templateNote({ labels, annotations }: SecretDraft['metadata']): Readonly<Record<string, string>> {
  const brought = { labels: Object.keys(labels), annotations: Object.keys(annotations) };
  if (brought.labels.length + brought.annotations.length === 0) return {};
  return { [SECRET_ANNOTATIONS.template]: JSON.stringify(brought) };
}

/** What a Secret says of itself, written by us or forged by a tenant: whatever cannot be read is no note at all. */
export function notesOf({ metadata }: KubeObject): SecretNotes | undefined {
  const notes = readable(metadata.annotations ?? {});
  const note = (name: string): string | undefined => notes[name];
  const seal = note(SECRET_ANNOTATIONS.seal);
  const operation = note(SECRET_ANNOTATIONS.operation);
  const layout = note(SECRET_ANNOTATIONS.layout);
  const applicationId = note(SECRET_ANNOTATIONS.applicationId);
  const clientId = note(SECRET_ANNOTATIONS.clientId);
  const identity = note(SECRET_ANNOTATIONS.providerIdentity);
  const namespaceUid = note(SECRET_ANNOTATIONS.namespaceUid);
  const serial = Number(note(SECRET_ANNOTATIONS.serial));
  const keys = keysOf(note(SECRET_ANNOTATIONS.keys));
  if (seal === undefined || operation === undefined || layout === undefined) return undefined;
  if (applicationId === undefined || clientId === undefined || identity === undefined || keys === undefined)
    return undefined;
  if (namespaceUid === undefined) return undefined;
  if (!Number.isSafeInteger(serial) || serial < 0) return undefined;
  const birth = note(SECRET_ANNOTATIONS.birth);
  return { seal, serial, operation, birth, layout, applicationId, clientId, identity, namespaceUid, keys };
}

/** The notes that {@link notesOf} reads. A tenant may put 256 KiB on each of his Secrets, all of which are cached by their label. */
export function readable(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const notes = Object.entries(annotations).filter(([name]) => READ.has(name));
  const length = notes.reduce((sum, [, text]) => sum + text.length, 0);
  return length > LONGEST_NOTES ? {} : Object.fromEntries(notes);
}

function keysOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  return KEYS.safeParse(parsed(text)).data;
}

/**
 * The names that the template brought to a Secret's metadata. Whoever forges the note could take the names off himself;
 * what is ours is written after they were taken off.
 */
export function broughtByTemplate(secret: KubeObject | undefined): z.infer<typeof BROUGHT> {
  const note = secret?.metadata.annotations?.[SECRET_ANNOTATIONS.template];
  return BROUGHT.safeParse(parsed(note)).data ?? { labels: [], annotations: [] };
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}
