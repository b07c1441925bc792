import type { Life } from '../life.ts';
import type { ProviderRequest } from '../sightings.ts';
import type { Invariant } from './invariant.ts';

/** What shows a value once, or makes another. What a create makes at Logto can be read again whenever a Secret takes it. */
const ISSUING: ReadonlySet<string> = new Set(['logi create', 'logi rotate', 'logto create-secret']);

/** Within its deadline a call is repeated once with a fresh token (protocol O6), ms. */
const ONE_CALL_MS = 10_000;

/** What is known of a process. */
interface Rehearsed {
  /** Dry runs that no call was made for yet. */
  left: number;
  tokenAtMs: number;
  /** When a call was made first, by what it says, ms. */
  readonly calledAtMs: Map<string, number>;
}

/** A value that no Secret takes is lost where it is shown once. */
export const rehearsals: Invariant = {
  name: 'rehearsed-first',
  promise: 'Before a value is asked for, a dry run of its Secret was accepted.',
  rules: ['S3'],
  attend({ world, accuse }) {
    const known = new Map<Life, Rehearsed>();
    const of = (life: Life): Rehearsed => {
      const rehearsed = known.get(life) ?? { left: 0, tokenAtMs: Number.NEGATIVE_INFINITY, calledAtMs: new Map() };
      known.set(life, rehearsed);
      return rehearsed;
    };
    return {
      see(sighting) {
        if (sighting.type === 'api' && sighting.by.type === 'process') {
          const isRehearsal = sighting.path.includes('dryRun=') && sighting.path.includes('/secrets');
          if (isRehearsal && sighting.status < 300) of(sighting.by.life).left += 1;
        }
        if (sighting.type !== 'sent' || sighting.by.type !== 'process') return;
        const { by, site, operation } = sighting;
        const nowMs = world().scheduler.now();
        if (operation === 'token') of(by.life).tokenAtMs = nowMs;
        if (!ISSUING.has(`${site} ${operation}`) || isRepeated(sighting, of(by.life), nowMs)) return;
        of(by.life).left -= 1;
        if (of(by.life).left < 0) accuse(`${by.name} sends ${site} ${operation} without a dry run`);
      },
    };
  },
};

function isRepeated({ request }: ProviderRequest, { calledAtMs, tokenAtMs }: Rehearsed, nowMs: number): boolean {
  const call = `${request.url} ${request.body}`;
  const before = calledAtMs.get(call) ?? Number.NEGATIVE_INFINITY;
  const isRepetition = nowMs - before <= ONE_CALL_MS && tokenAtMs >= before;
  if (isRepetition) calledAtMs.delete(call);
  else calledAtMs.set(call, nowMs);
  return isRepetition;
}
