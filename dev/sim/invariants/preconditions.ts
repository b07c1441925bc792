import { z } from 'zod';
import { partsOf, pathOf } from '../api-calls.ts';
import type { Invariant } from './invariant.ts';

/** What is somebody else's, too. Leases have an election of their own; of workloads nothing is written but an annotation. */
const SHARED: ReadonlySet<string> = new Set(['oauthapplications', 'clusteroauthproviders', 'secrets']);

const CHANGES: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE']);

const Text = z.string().min(1);
const Version = z.object({ uid: Text, resourceVersion: Text });
const Body = z.union([z.object({ metadata: Version }), z.object({ preconditions: Version })]);

/** Whoever has looked at another object, or at an earlier version of it, must fail. */
export const preconditions: Invariant = {
  name: 'knows-what-it-writes',
  promise: 'Every write to an object that is there says which one and which version of it.',
  rules: ['I7', 'O2'],
  attend: ({ accuse }) => ({
    see(sighting) {
      if (sighting.type !== 'api' || sighting.by.type !== 'process' || !CHANGES.has(sighting.method)) return;
      if (!SHARED.has(partsOf(sighting).plural)) return;
      if (Body.safeParse(JSON.parse(sighting.body ?? '{}')).success) return;
      accuse(`${sighting.by.name} sends ${sighting.method} ${pathOf(sighting)} without uid and resourceVersion`);
    },
  }),
};
