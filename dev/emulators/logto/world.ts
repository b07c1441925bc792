import type { Chance } from '../../../src/runtime/chance.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Arrival, Served as Outcome } from '../frontend.ts';
import type { Catalogue } from './catalogue.ts';
import type { Gate } from './gate.ts';
import { noSuchId } from './refusal.ts';
import type { EmulatedApplication, Registry } from './registry.ts';
import type { Route } from './routes.ts';
import type { Switches } from './switches.ts';
import type { TokenMint } from './tokens.ts';

/** Everything that the emulator knows and changes. */
export interface World {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly registry: Registry;
  readonly catalogue: Catalogue;
  readonly tokens: TokenMint;
  readonly gate: Gate;
  switches(): Switches;
}

/** A request that has come in whole, and where it goes. */
export interface Request extends Arrival {
  readonly route: Route;
  /** Where the client believes Logto to be, its path included. */
  readonly endpoint: string;
}

/** How a request was served. */
export interface Served extends Outcome {
  /** The application that it made. */
  readonly applicationId?: string | undefined;
}

/** The application with this id, unless it has vanished. */
export function present(id: string, { registry }: Pick<World, 'registry'>): EmulatedApplication | undefined {
  const application = registry.find(id);
  return application?.vanishedFrom === 'everywhere' ? undefined : application;
}

/** The application that the path names. @throws Refusal 404 */
export function found({ route }: Pick<Request, 'route'>, world: Pick<World, 'registry'>): EmulatedApplication {
  const application = present(route.id, world);
  const isHidden = route.operation === 'show' && application?.vanishedFrom === 'show';
  if (application === undefined || isHidden) throw noSuchId('applications', route.id);
  return application;
}

/** An answer to a request that changed nothing. */
export function unchanged(answer: Served['answer']): Served {
  return { answer, effect: 'none' };
}

/** An answer to a request that changed the state. */
export function changed(answer: Served['answer']): Served {
  return { answer, effect: 'done' };
}

/** The answer without a body. */
export const NO_CONTENT: Served['answer'] = { status: 204, headers: {}, body: '' };
