import { LABELS } from '../../api/names.ts';
import { Blocked } from '../blocked.ts';
import type { Pass } from '../pass.ts';
import type { SecretHead } from '../ports/secrets.ts';
import { layoutDigest } from './layout.ts';

/** Whether a Secret has the layout, the owner and the label that it is to have, as its metadata show it. */
export function isInForm({ notes, ownerUid, label }: SecretHead, pass: Pass): boolean {
  return notes?.layout === layoutDigest(previousIn(pass), pass) && ownerUid === ownerOf(pass) && label !== undefined;
}

/**
 * What was written a moment ago, and is not in form all the same, would be written again without end.
 *
 * @throws Blocked where admission has changed it
 */
export function refuseAltered(name: string, pass: Pass): void {
  const { ports, subject } = pass;
  const head = ports.secrets.head(subject.application().metadata.namespace, name);
  if (head === undefined || isInForm(head, pass)) return;
  throw new Blocked(
    'SecretRefused',
    `Secret ${name} is changed while it is written: admission has to leave it its owner, its annotations and the label ${LABELS.applicationUid}`,
  );
}

/** Protocol S9: a Secret that is to outlive its application has no owner that takes it along. */
function ownerOf({ desired, subject }: Pass): string | undefined {
  return desired.deletionPolicy === 'Retain' ? undefined : subject.application().metadata.uid;
}

function previousIn({ subject }: Pass): 'previous' | 'alone' {
  return subject.application().status?.secret?.previous === undefined ? 'alone' : 'previous';
}
