import type { Life } from '../life.ts';
import type { Invariant } from './invariant.ts';

/** What shows a value once, or makes another. What a create makes at Logto can be read again whenever a Secret takes it. */
const ISSUING: ReadonlySet<string> = new Set(['logi create', 'logi rotate', 'logto create-secret']);

/** A value that no Secret takes is lost where it is shown once. */
export const rehearsals: Invariant = {
  name: 'rehearsed-first',
  promise: 'Before a value is asked for, a dry run of its Secret was accepted.',
  rules: ['S3'],
  attend({ accuse }) {
    const rehearsed = new Map<Life, number>();
    return {
      see(sighting) {
        if (sighting.type === 'api' && sighting.by.type === 'process') {
          const isRehearsal = sighting.path.includes('dryRun=') && sighting.path.includes('/secrets');
          if (!isRehearsal || sighting.status >= 300) return;
          rehearsed.set(sighting.by.life, (rehearsed.get(sighting.by.life) ?? 0) + 1);
        }
        if (
          sighting.type === 'sent' &&
          sighting.by.type === 'process' &&
          ISSUING.has(`${sighting.site} ${sighting.operation}`)
        ) {
          const left = (rehearsed.get(sighting.by.life) ?? 0) - 1;
          rehearsed.set(sighting.by.life, left);
          if (left < 0) accuse(`${sighting.by.name} sends ${sighting.site} ${sighting.operation} without a dry run`);
        }
      },
    };
  },
};
