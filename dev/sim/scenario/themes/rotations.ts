import type { Blow } from '../../blows.ts';
import type { SeededChance } from '../../chance.ts';
import type { Planned, Shape } from '../scenario.ts';
import { asks, at, consoleDeed, drawProvider, MINUTE_MS, SECOND_MS, several, strike } from './steps.ts';
import type { Theme } from './theme.ts';

/**
 * Requests that follow each other faster than they can be served, some of which go wrong; and one that was served long ago
 * may stand there again.
 */
export function busyRotations(shape: Shape, chance: SeededChance): Theme {
  const provider = chance.happens(0.7) ? 'logto' : 'logi';
  const ahead = chance.oneOf([10, 365 * 24 * 60]) * MINUTE_MS;
  const on = provider === 'logi' ? 'logi rotate' : 'logto create-secret';
  const blows: readonly Blow[] = [
    { type: 'lost', when: 'after' },
    { type: 'misanswered', when: 'after', as: 'failed' },
  ];
  return {
    shape: { ...shape, clusters: 1, applications: several(shape, 2, { provider, type: 'Web' }) },
    steps: [
      ...asks(0, 'rotate', 5, chance, MINUTE_MS),
      ...asks(1, 'rotate', 3, chance),
      ...(chance.happens(0.6) ? [strike(20 * SECOND_MS, 'provider', on, chance.oneOf(blows))] : []),
      ...(chance.happens(0.7)
        ? [at(chance.between(60, 140) * SECOND_MS, { type: 'clock', whose: 'operators', byMs: ahead } as const)]
        : []),
      ...(chance.fork('again').happens(0.5)
        ? [at(160 * SECOND_MS, { type: 'ask-again', application: 1, forWhat: 'rotate' } as const)]
        : []),
    ],
  };
}

/** Two hands that write one Secret, and beside it specs that move their own about. */
export function contested(shape: Shape, chance: SeededChance): Theme {
  const providers = [drawProvider(chance), 'logi', 'logto'] as const;
  // After the second within a day nothing more is done.
  const count = chance.happens(0.5) ? 1 : chance.between(2, 4);
  const tamperings = Array.from({ length: count }, () => {
    const how = chance.oneOf(['delete', 'other-value', 'drop-key'] as const);
    return at(chance.between(30, 170) * SECOND_MS, { type: 'tamper-secret', application: 0, how });
  });
  const [former, latter] = [chance.between(20, 60) * SECOND_MS, chance.between(70, 150) * SECOND_MS];
  const isKeysFirst = chance.happens(0.7);
  return {
    shape: {
      ...shape,
      clusters: 1,
      applications: several(shape, 3, { type: 'Web', onSecretLoss: 'Reissue' }).map(
        (each, index): Planned => ({ ...each, provider: providers[index] ?? each.provider }),
      ),
    },
    steps: [
      ...tamperings,
      ...[1, 2].flatMap((application) => [
        at(isKeysFirst ? former : latter, { type: 'edit', application, to: 'keys' }),
        at(isKeysFirst ? latter : former, { type: 'edit', application, to: 'secret-name' }),
      ]),
      ...(count === 1
        ? [at(chance.between(10, 25) * SECOND_MS, { type: 'ask', application: 0, forWhat: 'rotate' } as const)]
        : []),
    ],
  };
}

/** A status that calls superseded what a person made at the console, and what is in use. */
export function forgedSuperseded(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 2, { provider: 'logto', type: 'Web', deletionPolicy: 'Delete' });
  const atMs = chance.between(20, 60) * SECOND_MS;
  const forged = { type: 'tamper-status', how: 'superseded' } as const;
  return {
    shape: { ...shape, clusters: 1, applications },
    steps: [
      at(atMs - 1, consoleDeed(0, 'add-secret')),
      at(atMs, { ...forged, application: 0 }),
      at(atMs + chance.between(0, 60) * SECOND_MS, { ...forged, application: 1 }),
      ...asks(1, 'rotate', chance.between(0, 1), chance, 2 * MINUTE_MS),
    ],
  };
}

/** The API server's clock jumps while a superseded secret waits for its overlap, and nothing tells of that but the Lease. */
export function jumpedUnheard(shape: Shape, chance: SeededChance): Theme {
  const applications = several(shape, 1, { provider: 'logto', type: 'Web', deletionPolicy: 'Delete' });
  const byMs = chance.oneOf([10, 365 * 24 * 60]) * MINUTE_MS;
  return {
    shape: { ...shape, clusters: 1, apartMs: 0, applications },
    steps: [
      at(30 * SECOND_MS, { type: 'ask', application: 0, forWhat: 'rotate' }),
      at(chance.between(35, 45) * SECOND_MS, { type: 'clock', whose: 'api', byMs }),
    ],
  };
}
