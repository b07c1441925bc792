import type { Invariant } from './invariant.ts';

/** Nobody adopts in a story, so that no Secret of a person's becomes ours. */
export const foreignSecrets: Invariant = {
  name: 'foreign-secrets-untouched',
  promise: 'No Secret that a person made is written or deleted.',
  rules: ['S1', 'S2', 'I2'],
  attend({ accuse }) {
    const theirs = new Set<string>();
    return {
      see(sighting) {
        if (sighting.type !== 'object' || sighting.kind !== 'Secret') return;
        const { by, before, after } = sighting;
        const { uid = '', namespace, name } = (after ?? before)?.metadata ?? {};
        if (by.type === 'person' && before === undefined) theirs.add(uid);
        if (by.type === 'process' && before !== undefined && theirs.has(uid)) {
          accuse(
            `${by.name} ${after === undefined ? 'deletes' : 'writes'} Secret ${namespace}/${name}, which a person made`,
          );
        }
      },
    };
  },
};
